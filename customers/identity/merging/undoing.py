"""A merge is taken back: the absorbed customer is there again, with all that is theirs."""

from collections import Counter
from datetime import datetime
from typing import Any, Final

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext as _

from accounts.models import User
from crm.common import locks
from crm.common.days import day_of
from crm.common.errors import DomainError
from crm.common.hooks import facts_changed
from crm.common.retrying import retried
from customers.identity.merging import choosing, former, numbers, sharing, splitting
from customers.identity.merging.absorbing import PATIENCE_S
from customers.identity.merging.forest import merges_below
from customers.identity.merging.keeping import put_back
from customers.identity.merging.moving import take_back
from customers.identity.merging.settling import settle_both
from customers.identity.privacy.suppressing import check_person, refusals_noted
from customers.identity.reviewing import following
from customers.importing.sql import CREATE_TOUCHED
from customers.models import Customer, Match, Merge
from customers.models.customers import ERASED_KEY
from customers.registry.movable import relations_in_order

_SAID: Final = "SELECT snapshot -> 'customer' AS said FROM customers_merge WHERE id = %(merge)s"
_ROWS: Final = """
SELECT r.said FROM customers_merge m CROSS JOIN LATERAL jsonb_array_elements(m.snapshot -> '{table}') r (said)
WHERE m.id = %(merge)s
"""
# Somebody may have it now who was typed in meanwhile.
_LINK_KEY: Final = """
CASE WHEN NOT EXISTS (
  SELECT FROM customers_customer x, customers_merge m WHERE m.id = %(merge)s AND x.link_key = m.link_key
) THEN (SELECT m.link_key FROM customers_merge m WHERE m.id = %(merge)s) END
"""
_UNDONE: Final = """
UPDATE customers_merge SET undone_at = %(now)s, undone_by_id = %(by)s, snapshot = '{}', gave = '{}'
WHERE id = %(merge)s;
UPDATE customers_merge SET root_id = %(old)s WHERE id = ANY(%(below)s)
"""
# What a row gave up it has again: it is typed, not released.
_GIVEN_UP: Final = """
UPDATE customers_sourcerecord r SET payload = e.kept -> 'payload',
  released = nullif(r.released - ARRAY(SELECT jsonb_object_keys(e.kept -> 'payload')), '{}')
FROM customers_mergedrow e
WHERE e.merge_id = %(merge)s AND e.relation = 'customers_sourcerecord' AND e.row_id = r.id AND e.kept ? 'payload'
"""
_FORGET: Final = "DELETE FROM customers_mergedrow WHERE merge_id = %(merge)s"
_CHECK: Final = "SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED"


class AlreadyUndone(DomainError):
    """Somebody has undone the merge before."""

    def __init__(self) -> None:
        super().__init__(_("This merge was undone before."))


class MergedIntoErased(DomainError):
    """What would come back was erased."""

    def __init__(self) -> None:
        super().__init__(
            _("This merge cannot be undone: the person was erased on request, and nothing of them is left.")
        )


class _RootChanged(Exception):
    """Between our look and our lock."""


@refusals_noted
def undo_merge(*, merge: Merge, by: User | None, now: datetime) -> dict[str, int]:
    """Take the absorbed customer out again, with what they had and what came since under their external ids.

    What was logged on the survivor by hand stays there. → how many rows of each kind went. Raises AlreadyUndone,
    MergedIntoErased, ErasedOnRequest where it would bring back somebody who was erased under another number;
    `locks.Busy` where others are at the same customers for a minute.
    """
    while True:
        try:
            returned = retried(_undo)(merge.pk, by, now)
        except _RootChanged:
            continue
        return {kind: count for kind, count in sorted(returned.items()) if kind}


def _undo(pk: int, by: User | None, now: datetime) -> Counter[str]:
    with transaction.atomic(), connection.cursor() as cursor:
        root = Merge.objects.values_list("root_id", flat=True).get(pk=pk)
        alone = [locks.MERGES, locks.merging(root)]
        locks.take(cursor, exclusive=alone, shared=[locks.FACTS], wait_s=PATIENCE_S)
        merge = Merge.objects.select_for_update().get(pk=pk)
        if merge.undone_at is not None:
            raise AlreadyUndone
        if Customer.objects.filter(pk=root, link_key=f"{ERASED_KEY}{root}").exists():
            raise MergedIntoErased
        if merge.root_id != root:
            raise _RootChanged
        if merge.how != Merge.How.LINK:
            check_person(merge.snapshot.get("customer") or {})
        else:
            former.note_former(cursor, merge=merge.pk)
            splitting.describe(cursor, merge=merge.pk)
        returned = _bring_back(cursor, merge, by, now)
        choosing.take_back(merge)
        decide_again(merge)
        following.take_back(merge)
        cursor.execute(_CHECK)
        transaction.on_commit(facts_changed)
    return returned


def decide_again(merge: Merge) -> None:
    """Whoever undid it did not say that they are two; what nobody had proposed is forgotten."""
    left, right = sorted((merge.survivor_id, merge.absorbed_id))
    pair = Match.objects.filter(left_id=left, right_id=right, merge_id=merge.pk)
    pair.filter(score=0).delete()
    pair.update(state=Match.State.PROPOSED, decided_by=None, decided_at=None, merge_id=None)


def _bring_back(cursor: CursorWrapper, merge: Merge, by: User | None, now: datetime) -> Counter[str]:
    old, root = merge.absorbed_id, merge.root_id
    below = merges_below(cursor, old)
    there = [one for one in merges_below(cursor, root) if one != merge.pk and one not in below]
    values: dict[str, Any] = {
        "merge": merge.pk, "old": old, "root": root, "below": below, "now": now, "by": by.pk if by else None,
    }  # fmt: skip
    cursor.execute(CREATE_TOUCHED)
    _put_back_customer(cursor, values)
    returned = take_back(cursor, merge=merge.pk, old=old, new=root, below=below, there=there)
    cursor.execute(_GIVEN_UP, values)
    cursor.execute(_FORGET, values)
    cursor.execute(_CHECK)  # before the customers' rows are held
    numbers.mark_all(cursor, customer=old, customers=[old, root])
    numbers.match(cursor, numbers.shared(cursor, customer=old), customers=[old, root])
    _put_back_rows(cursor, values)
    if merge.how == Merge.How.LINK:
        splitting.start(cursor, customer=old)
    _share(cursor, values)
    settle_both(cursor, [old, root], since=day_of(merge.at))
    return returned


def _put_back_customer(cursor: CursorWrapper, values: dict[str, Any]) -> None:
    """Before anything is theirs, which nobody else sees yet."""
    put_back(
        cursor, table="customers_customer", said=_SAID, params=values, values={"link_key": _LINK_KEY}
    )  # fmt: skip


def _put_back_rows(cursor: CursorWrapper, values: dict[str, Any]) -> None:
    for relation in relations_in_order():
        if not (relation.moves or relation.is_derived):
            said = _ROWS.format(table=relation.table)
            put_back(cursor, table=relation.table, said=said, params=values, values={})


def _share(cursor: CursorWrapper, values: dict[str, Any]) -> None:
    both = sorted((values["old"], values["root"]))
    list(Customer.objects.select_for_update(no_key=True).filter(pk__in=both).order_by("pk"))
    sharing.take_back(cursor, roots=[values["root"]])
    cursor.execute(_UNDONE, values)
    sharing.share(cursor, roots=both)
