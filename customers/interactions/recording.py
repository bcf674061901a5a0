"""Putting a contact on record, and taking back one just put there by mistake."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import connection, transaction
from django.db.models import BooleanField, Func, Value
from django.utils.translation import gettext as _

from accounts.models import Team, User
from crm.common import locks
from crm.common.errors import DomainError
from crm.common.hooks import facts_changed
from crm.common.retrying import retried
from crm.common.sqlfunctions import CrmDay
from customers.identity.holding import hold
from customers.identity.tier_on import TierOn
from customers.importing.parsers import FIRST_YEAR
from customers.interactions.last_contact import refresh_last_contact
from customers.interactions.to_do.adding import add_task
from customers.interactions.to_do.changing import take_away
from customers.interactions.to_do.due import SOME_DAY, Due
from customers.models import Contact, Customer, Interaction, Outcome, Task

UNDO_WITHIN: Final = timedelta(minutes=2)


class IsContact(Func):
    """Whether a contact that ended so counts as one: `crm_outcome`."""

    template = "(SELECT counts_as_contact FROM crm_outcome(%(expressions)s))"
    output_field = BooleanField()


class InFuture(DomainError):
    """A contact is logged once it has happened."""


class TooLongAgo(DomainError):
    """Before the years that files may speak of: a slip of the pen."""


class CannotUndo(DomainError):
    """Only one's own contact, and only for a short while."""


@dataclass(frozen=True, kw_only=True)
class FollowUp:
    """What is to be done after a contact."""

    what: str = ""
    due: Due = SOME_DAY
    assignee: User | None = None
    team: Team | None = None


@retried
def log_interaction(  # noqa: PLR0913 - what there is to say of a contact
    *, customer: Customer, channel: str, direction: str, by: User, now: datetime, purpose: str = "", notes: str = "",
    outcome: str = "", occurred_at: datetime | None = None, contact: Contact | None = None,
    duration_s: int | None = None, is_solved: bool | None = None, follow_up: FollowUp | None = None,
) -> Interaction:  # fmt: skip
    """Record a contact with the customer, by this member of staff and their team, at the tier of that day.

    `is_solved` None: as the outcome says. `follow_up`: the task that comes of it.

    With a customer who becomes one with another meanwhile it is the other's; raises CustomerGone if nobody knows whose.
    """
    at = happened_at(occurred_at, now)
    with transaction.atomic(), connection.cursor() as cursor:
        locks.take(cursor, shared=[locks.FACTS])
        theirs = hold(customer)
        interaction = Interaction.objects.create(
            customer=theirs, channel=channel, direction=direction, purpose=purpose.strip(), body=notes.strip(),
            outcome=outcome, is_contact=IsContact(Value(outcome)), is_solved=solved(outcome, is_solved),
            contact=contact, duration_s=duration_s,
            occurred_at=at, agent=by, team_id=by.team_id, tier_id=TierOn(Value(theirs.pk), CrmDay(Value(at))),
        )  # fmt: skip
        interaction.refresh_from_db(fields=["tier", "is_contact"])
        refresh_last_contact(cursor, [theirs.pk])
        if follow_up is not None:
            _follow_up(follow_up, interaction, theirs, by, now)
        transaction.on_commit(facts_changed)
    return interaction


def happened_at(said: datetime | None, now: datetime) -> datetime:
    """Now, where nothing is said. Raises InFuture, TooLongAgo."""
    at = said or now
    if at.year < FIRST_YEAR:
        raise TooLongAgo(_("Choose a day from the year %(year)d on.") % {"year": FIRST_YEAR})
    if at > now + timedelta(minutes=1):
        raise InFuture(_("The contact lies in the future."))
    return at


def solved(outcome: str, said: bool | None) -> bool | None:
    """Whether a contact that ended so settled its matter: what somebody says, else what the outcome means."""
    if said is not None or not outcome:
        return said
    return Outcome.objects.filter(key__iexact=outcome, is_solved=True).exists() or None


def _follow_up(wanted: FollowUp, of: Interaction, customer: Customer, by: User, now: datetime) -> None:
    what = wanted.what.strip() or _("Follow up")
    add_task(
        what=what, due=wanted.due, assignee=wanted.assignee, team=wanted.team, customer=customer, interaction=of,
        by=by, now=now,
    )  # fmt: skip


@retried
def undo_interaction(*, interaction: Interaction, by: User, now: datetime) -> None:
    """Take back a contact one has logged within the last two minutes, and the task that came of it."""
    if interaction.agent_id != by.pk or now - interaction.created_at > UNDO_WITHIN:
        raise CannotUndo(_("Only a contact you have just logged can be undone."))
    with transaction.atomic(), connection.cursor() as cursor:
        # An import that gives contacts to another customer has their rows before the customer's: so have we.
        logged = Interaction.objects.select_for_update().filter(pk=interaction.pk)
        customers = list(logged.filter(customer__isnull=False).values_list("customer_id", flat=True))
        for task in Task.objects.select_for_update(of=["self"]).filter(
            interaction__in=logged, created_by=by, done_at=None
        ):
            take_away(task, by=by, now=now)
        logged.delete()
        refresh_last_contact(cursor, customers)
        transaction.on_commit(facts_changed)
