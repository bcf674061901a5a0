"""Putting a contact on record, and taking back one just put there by mistake."""

from datetime import datetime, timedelta
from typing import Final

from django.db import connection, transaction
from django.db.models import BooleanField, Func, Value
from django.utils.translation import gettext as _

from accounts.models import User
from crm.common import locks
from crm.common.errors import DomainError
from crm.common.hooks import facts_changed
from crm.common.retrying import retried
from crm.common.sqlfunctions import CrmDay
from customers.identity.holding import hold
from customers.identity.tier_on import TierOn
from customers.interactions.last_contact import refresh_last_contact
from customers.models import Customer, Interaction

UNDO_WITHIN: Final = timedelta(minutes=2)


class IsContact(Func):
    """Whether a contact that ended so counts as one: `crm_outcome`."""

    template = "(SELECT counts_as_contact FROM crm_outcome(%(expressions)s))"
    output_field = BooleanField()


class InFuture(DomainError):
    """A contact is logged once it has happened."""


class CannotUndo(DomainError):
    """Only one's own contact, and only for a short while."""


@retried
def log_interaction(  # noqa: PLR0913 - what there is to say of a contact
    *, customer: Customer, channel: str, direction: str, by: User, now: datetime, purpose: str = "", notes: str = "",
    outcome: str = "", occurred_at: datetime | None = None,
) -> Interaction:  # fmt: skip
    """Record a contact with the customer, by this member of staff and their team, at the tier of that day.

    With a customer who becomes one with another meanwhile it is the other's; raises CustomerGone if nobody knows whose.
    """
    at = occurred_at or now
    if at > now + timedelta(minutes=1):
        raise InFuture(_("The contact lies in the future."))
    with transaction.atomic(), connection.cursor() as cursor:
        locks.take(cursor, shared=[locks.FACTS])
        theirs = hold(customer)
        interaction = Interaction.objects.create(
            customer=theirs, channel=channel, direction=direction, purpose=purpose.strip(), body=notes.strip(),
            outcome=outcome, is_contact=IsContact(Value(outcome)),
            occurred_at=at, agent=by, team_id=by.team_id, tier_id=TierOn(Value(theirs.pk), CrmDay(Value(at))),
        )  # fmt: skip
        interaction.refresh_from_db(fields=["tier", "is_contact"])
        refresh_last_contact(cursor, [theirs.pk])
        transaction.on_commit(facts_changed)
    return interaction


@retried
def undo_interaction(*, interaction: Interaction, by: User, now: datetime) -> None:
    """Take back a contact one has logged within the last two minutes."""
    if interaction.agent_id != by.pk or now - interaction.created_at > UNDO_WITHIN:
        raise CannotUndo(_("Only a contact you have just logged can be undone."))
    with transaction.atomic(), connection.cursor() as cursor:
        # An import that gives contacts to another customer has their rows before the customer's: so have we.
        logged = Interaction.objects.select_for_update().filter(pk=interaction.pk)
        customers = list(logged.filter(customer__isnull=False).values_list("customer_id", flat=True))
        logged.delete()
        refresh_last_contact(cursor, customers)
        transaction.on_commit(facts_changed)
