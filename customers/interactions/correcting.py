"""Saying better what was logged: the same day, by who logged it; later, by who answers for the team."""

from datetime import datetime
from typing import Final

from django.db import connection, transaction
from django.db.models import Value
from django.utils.translation import gettext as _

from accounts.models import User
from crm.common import locks
from crm.common.days import day_of
from crm.common.errors import DomainError
from crm.common.hooks import facts_changed
from crm.common.retrying import retried
from crm.common.sqlfunctions import CrmDay
from crm.common.versions import check_seen
from customers.identity.holding import refuse_erased
from customers.identity.tier_on import TierOn
from customers.interactions.last_contact import refresh_last_contact
from customers.interactions.recording import IsContact, happened_at, solved
from customers.models import Customer, Interaction

EDITABLE: Final = ("contact", "purpose", "body", "outcome", "is_solved", "duration_s", "occurred_at")


class NotTheirsToCorrect(DomainError):
    """Another's contact, or one of a day that is over."""


class ContactGone(DomainError):
    """It was taken back meanwhile."""


def may_correct(*, agent_id: int | None, created_at: datetime, by: User, now: datetime) -> bool:
    """Whether `by` may change a contact that `agent_id` logged then."""
    if by.has_perm("customers.change_interaction"):
        return True
    own = agent_id == by.pk and day_of(created_at) == day_of(now)
    return own and by.has_perm("customers.add_interaction")


@retried
def correct_interaction(*, interaction: Interaction, by: User, now: datetime, seen: str | None = None) -> None:
    """Save what was changed on `interaction`; what it said before stays in the audit, and what follows from it follows.

    Raises NotTheirsToCorrect, ContactGone, InFuture, TooLongAgo, ChangedMeanwhile, PersonErased.
    """
    at = happened_at(interaction.occurred_at, now)
    with transaction.atomic(), connection.cursor() as cursor:
        locks.take(cursor, shared=[locks.FACTS])
        before = Interaction.objects.select_for_update(no_key=True).filter(pk=interaction.pk).first()
        if before is None:
            raise ContactGone(_("This contact was taken back meanwhile."))
        _refuse_erased(before)
        if not may_correct(agent_id=before.agent_id, created_at=before.created_at, by=by, now=now):
            raise NotTheirsToCorrect(_("Only a contact you have logged today can be changed."))
        check_seen(before, seen, EDITABLE)
        Interaction.objects.filter(pk=before.pk).update(
            contact=interaction.contact, purpose=interaction.purpose.strip(), body=interaction.body.strip(),
            outcome=interaction.outcome, is_solved=solved(interaction.outcome, interaction.is_solved),
            duration_s=interaction.duration_s, occurred_at=at, is_contact=IsContact(Value(interaction.outcome)),
            tier_id=TierOn(Value(before.customer_id), CrmDay(Value(at))), edited_at=now,
        )  # fmt: skip
        if before.customer_id is not None:
            refresh_last_contact(cursor, [before.customer_id])
        transaction.on_commit(facts_changed)


def _refuse_erased(interaction: Interaction) -> None:
    """Asked once we hold its row: an erase has said so before it comes to the contacts."""
    customer = Customer.objects.filter(pk=interaction.customer_id or 0).first()
    if customer is not None:
        refuse_erased(customer)
