"""Source systems as administrators see them: their names, and whom to trust before whom."""

from typing import Final

from django.db import connection, transaction

from crm.common.pacing import Pace
from crm.common.retrying import retried
from crm.common.versions import lock_as_seen
from customers.identity.survivorship import settle_selected
from customers.models import SourceSystem, TrustChange

FIRST_CUSTOMERS, MOST_CUSTOMERS, STEP_S = 200, 20_000, 0.1

# The next customers the system speaks of, by id. Cost: their records, by the index on customers.
_NEXT: Final = """
SELECT DISTINCT customer_id FROM customers_sourcerecord
WHERE system_id = %s AND kind = 'customers' AND customer_id > %s ORDER BY customer_id LIMIT %s
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
            TrustChange.objects.update_or_create(system=system, defaults={"after_id": 0})
    return system


def settle_changes() -> None:
    """Let customers take their fields anew where a rank of trust has changed: in steps of a tenth of a second.

    Killed, it goes on where it was; two at once take turns. A customer that an import settles meanwhile is as right.
    """
    pace = Pace(FIRST_CUSTOMERS, seconds=STEP_S, least=1, most=MOST_CUSTOMERS)
    while _step_timed(pace):
        pass


def _step_timed(pace: Pace) -> bool:
    with pace.timed():
        return retried(_step)(most=pace.amount)


def _step(*, most: int) -> bool:
    """→ whether there may be more to do."""
    with transaction.atomic(), connection.cursor() as cursor:
        change = TrustChange.objects.select_for_update().order_by("pk").first()
        if change is None:
            return False
        cursor.execute(_NEXT, [change.system_id, change.after_id, most])
        ids = [customer for (customer,) in cursor.fetchall()]
        if not ids:
            change.delete()
            return True
        settle_selected(cursor, "SELECT unnest(%(ids)s::bigint[]), NULL::text", {"ids": ids})
        change.after_id = ids[-1]
        change.save(update_fields=["after_id"])
    return True
