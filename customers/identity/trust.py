"""Source systems as administrators see them: their names, and whom to trust before whom. When that changes, or a rule
of a field (`survivorship_rules`), the customers concerned take their fields anew.
"""

from collections.abc import Sequence
from typing import Final

from django.db import connection, transaction
from django.db.models import Max

from crm.common import locks
from crm.common.pacing import Pace
from crm.common.retrying import retried
from crm.common.versions import lock_as_seen
from customers.identity.survivorship import settle_selected
from customers.models import Customer, SourceSystem, TrustChange

FIRST_CUSTOMERS, MOST_CUSTOMERS, STEP_S = 200, 20_000, 0.1

# The next customers the system speaks of, by id. Cost: their records, by the index on customers.
_NEXT: Final = """
SELECT max(customer_id), array_agg(customer_id) FROM (
  SELECT DISTINCT customer_id FROM customers_sourcerecord
  WHERE system_id = %(system)s AND kind = 'customers' AND customer_id > %(after)s ORDER BY customer_id LIMIT %(most)s
) n
"""
# Of the next customers of all, those of whom several records speak; the only record's word stands under any rule.
_NEXT_OF_ALL: Final = """
SELECT max(customer_id), coalesce(array_agg(customer_id) FILTER (WHERE records > 1), '{}') FROM (
  SELECT customer_id, count(*) AS records FROM customers_sourcerecord
  WHERE kind = 'customers' AND customer_id > %(after)s GROUP BY customer_id ORDER BY customer_id LIMIT %(most)s
) n
"""


def save_system(*, system: SourceSystem, seen: str | None = None) -> SourceSystem:
    """Add or change a source system. With another rank, the customers it speaks of take their fields anew: a job's
    work, `settle_changes`. What is imported from now on goes by the new rank already.

    Raises ChangedMeanwhile unless it is as `seen`.
    """
    with transaction.atomic():
        lock_as_seen(system, seen)
        before = SourceSystem.objects.filter(pk=system.pk).values_list("rank", flat=True).first()
        system.save()
        if before is not None and before != system.rank:
            TrustChange.objects.filter(system=system).delete()
            TrustChange.objects.create(system=system)  # another one: whoever is at the one before begins anew
    return system


def begin_for_all() -> None:
    """A rule has changed, in the caller's transaction: whoever is at the change before begins anew."""
    TrustChange.objects.filter(system=None).delete()
    TrustChange.objects.create(system=None)


def how_far() -> tuple[int, int] | None:
    """Up to which customer's number the change under way has come, and the greatest; None where all is done."""
    change = TrustChange.objects.order_by("pk").first()
    if change is None:
        return None
    return change.after_id, Customer.objects.aggregate(last=Max("pk"))["last"] or 1


def settle_changes() -> None:
    """Let customers take their fields anew where a rank of trust or a rule has changed.

    In steps of a tenth of a second. Killed, it goes on where it was; two at once take turns. A customer that an import
    settles meanwhile is as right, but for the imports that have begun before, and who merges or undoes a merge: what
    they bring may go by what held before, and is not to be seen yet. So a walk begins when they have ended; when they
    do not, the sweeper tries again.
    """
    while change := TrustChange.objects.order_by("pk").first():
        if not change.after_id and not _others_have_ended((locks.IMPORTS, locks.IDENTITY, locks.MERGES)):
            return
        _walk(change)


def _others_have_ended(keys: Sequence[locks.Key]) -> bool:
    return all(locks.others_have_ended(key, wait_s=locks.PATIENCE_S) for key in keys)


def _walk(change: TrustChange) -> None:
    pace = Pace(FIRST_CUSTOMERS, seconds=STEP_S, least=1, most=MOST_CUSTOMERS)
    more = True
    while more:
        with pace.timed():
            more = retried(_step)(change=change.pk, most=pace.amount)


def _step(*, change: int, most: int) -> bool:
    """→ whether there may be more to do of this change; another may have taken its place."""
    with transaction.atomic(), connection.cursor() as cursor:
        current = TrustChange.objects.select_for_update().filter(pk=change).first()
        if current is None:
            return False
        values = {"system": current.system_id, "after": current.after_id, "most": most}
        cursor.execute(_NEXT if current.system_id else _NEXT_OF_ALL, values)
        last, ids = cursor.fetchone()
        if last is None:
            current.delete()
            return False
        if ids:
            settle_selected(cursor, "SELECT unnest(%(ids)s::bigint[]), NULL::text", {"ids": ids})
        current.after_id = last
        current.save(update_fields=["after_id"])
    return True
