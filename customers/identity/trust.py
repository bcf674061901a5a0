"""Source systems as administrators see them: their names, and whom to trust before whom."""

from typing import Final

from django.db import connection, transaction

from crm.common import locks
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
            TrustChange.objects.filter(system=system).delete()
            TrustChange.objects.create(system=system)  # another one: whoever is at the one before begins anew
    return system


def settle_changes() -> None:
    """Let customers take their fields anew where a rank of trust has changed: in steps of a tenth of a second.

    Killed, it goes on where it was; two at once take turns. A customer that an import settles meanwhile is as right,
    but for the imports that have begun before: what they bring may go by the rank of before, and is not to be seen yet.
    So a walk begins when they have ended; when they do not, the sweeper tries again.
    """
    while change := TrustChange.objects.order_by("pk").first():
        if not change.after_id and not locks.others_have_ended(locks.IMPORTS, wait_s=locks.PATIENCE_S):
            return
        _walk(change)


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
        cursor.execute(_NEXT, [current.system_id, current.after_id, most])
        ids = [customer for (customer,) in cursor.fetchall()]
        if not ids:
            current.delete()
            return False
        settle_selected(cursor, "SELECT unnest(%(ids)s::bigint[]), NULL::text", {"ids": ids})
        current.after_id = ids[-1]
        current.save(update_fields=["after_id"])
    return True
