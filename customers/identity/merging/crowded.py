"""Keys that too many records share: those that they linked before are taken apart.

`SharedKey.is_apart` says whether that was done: what is begun is found again. Each record in a transaction of its own,
and the key last, so that a run may end anywhere.
"""

from datetime import datetime
from typing import Final

from django.db import connection, transaction

from crm.common import locks
from customers.identity.linking import ALONE
from customers.identity.merging.undoing import AlreadyUndone, MergedIntoErased, undo_merge
from customers.models import Merge, SharedKey
from customers.registry import listening

# Whoever had the key first stands alone from now on: under the name of the first of their own records.
_ALONE: Final = f"""
(SELECT left('{ALONE}' || s.key || '/' || r.external_id, 400)
  FROM customers_sourcerecord r JOIN customers_sourcesystem s ON s.id = r.system_id
  WHERE r.customer_id = {{customer}} AND r.kind = 'customers' AND {{whose}} ORDER BY r.id LIMIT 1)
"""  # noqa: S608 - constants
_ENTRY: Final = "SELECT FROM customers_mergedrow e WHERE e.relation = 'customers_sourcerecord' AND e.row_id = r.id"
_OWN: Final = _ALONE.format(customer="c.id", whose=f"NOT EXISTS ({_ENTRY})")
_ABSORBED: Final = _ALONE.format(customer="m.root_id", whose=f"EXISTS ({_ENTRY} AND e.merge_id = m.id)")
_GIVE_UP: Final = f"""
UPDATE customers_customer c SET link_key = {_OWN} WHERE c.link_key = %(key)s;
UPDATE customers_merge m SET link_key = {_ABSORBED} WHERE m.link_key = %(key)s AND m.undone_at IS NULL
"""  # noqa: S608 - constants


def anyone_waits() -> bool:
    return SharedKey.objects.filter(is_apart=False).exists()


def take_apart(*, now: datetime) -> int:
    """Whatever is left to do. → how many records were taken out. Raises `locks.Busy`; what was done stays so."""
    taken = 0
    for key in SharedKey.objects.filter(is_apart=False).order_by("pk").values_list("key", flat=True):
        for link in Merge.objects.filter(Merge.ACTIVE, key=key).order_by("pk"):
            taken += _take_out(link, now)
        _give_up(key)
    return taken


def _take_out(link: Merge, now: datetime) -> int:
    try:
        undo_merge(merge=link, by=None, now=now)
    except (AlreadyUndone, MergedIntoErased):
        return 0
    return 1


def _give_up(key: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        locks.take(cursor, exclusive=[locks.MERGES], wait_s=locks.JOB_PATIENCE_S)
        shared = SharedKey.objects.select_for_update().filter(key=key).first()  # gone with who was erased meanwhile
        if shared and not Merge.objects.filter(Merge.ACTIVE, key=key).exists():
            cursor.execute(_GIVE_UP, {"key": key})
            listening.key_shared(cursor, key)
            shared.is_apart = True
            shared.save(update_fields=["is_apart"])
