"""Purposes and outcomes as administrators edit them; what counts as a contact follows on record."""

from django.db import transaction
from django.db.backends.utils import CursorWrapper

from crm.common.chunks import by_id_ranges
from crm.common.hooks import facts_changed
from crm.common.versions import lock_as_seen
from customers.interactions.last_contact import refresh_last_contact
from customers.models import Outcome, Purpose

# Contacts of a range that are not counted as their outcome says. Cost: a look at each row of the range.
RECOUNT = """
UPDATE customers_interaction i SET is_contact = o.counts_as_contact FROM customers_outcome o
WHERE i.id >= %(first)s AND i.id < %(after)s AND o.is_recount_due AND lower(o.key) = lower(i.outcome)
  AND i.is_contact <> o.counts_as_contact
RETURNING i.customer_id"""


def save_purpose(*, purpose: Purpose, seen: str | None = None) -> Purpose:
    """Add or rename what contacts can be about; records keep the key they hold. Raises ChangedMeanwhile."""
    with transaction.atomic():
        lock_as_seen(purpose, seen)
        purpose.save()
    return purpose


def save_outcome(*, outcome: Outcome, seen: str | None = None) -> Outcome:
    """Add or change how contacts can end. Where it now counts differently, a job lets those on record follow.

    Raises ChangedMeanwhile unless it is as `seen`.
    """
    with transaction.atomic():
        lock_as_seen(outcome, seen)
        before = Outcome.objects.select_for_update().filter(pk=outcome.pk).first()
        if before is None or before.counts_as_contact != outcome.counts_as_contact:
            outcome.is_recount_due = True
        outcome.save()
    return outcome


def recount() -> int:
    """Let contacts on record count as their outcomes say; returns how many changed. Twice does no harm."""
    due = list(Outcome.objects.filter(is_recount_due=True).values_list("pk", "counts_as_contact"))
    if not due:
        return 0
    changed = by_id_ranges("customers_interaction", _recount_range)
    for pk, counted in due:  # one changed again meanwhile stays due
        Outcome.objects.filter(pk=pk, counts_as_contact=counted).update(is_recount_due=False)
    facts_changed()
    return changed


def _recount_range(cursor: CursorWrapper, first: int, after: int) -> int:
    cursor.execute(RECOUNT, {"first": first, "after": after})
    customers = [customer for (customer,) in cursor.fetchall()]
    refresh_last_contact(cursor, sorted({customer for customer in customers if customer is not None}))
    return len(customers)
