"""Source systems as administrators see them: their names, and whom to trust before whom."""

from django.db import connection, transaction

from crm.common.versions import lock_as_seen
from customers.identity.survivorship import settle_selected
from customers.models import SourceSystem

# Everyone a system speaks of; one index probe by its records.
_SPOKEN_OF = """
SELECT DISTINCT customer_id, NULL::text FROM customers_sourcerecord
WHERE system_id = %(system)s AND kind = 'customers' AND customer_id IS NOT NULL
"""


def save_system(*, system: SourceSystem, seen: str | None = None) -> SourceSystem:
    """Add or change a source system. With another rank, the customers it speaks of take their fields anew.

    Raises ChangedMeanwhile unless it is as `seen`.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        lock_as_seen(system, seen)
        before = SourceSystem.objects.filter(pk=system.pk).values_list("rank", flat=True).first()
        system.save()
        if before is not None and before != system.rank:
            settle_selected(cursor, _SPOKEN_OF, {"system": system.pk})
    return system
