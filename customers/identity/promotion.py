"""A bare customer whose own row arrives takes the row's link key, or gives all it has to the customer who has it.

Who goes in is as one who was absorbed (`customers.identity.merging.door`): what they had is theirs again when the
record is taken out.

A customer who was absorbed by another still counts as the one who has their key: what moves to them stands with the
survivor, and is theirs when the merge is undone. A bare record that stands with a survivor stays; its key is that of
the absorbed.

What it has moves as soon as that is known. The customers' own rows change when the chunk closes, so that whoever works
on one of them waits for a moment only; what came to the one that goes in between moves then.
"""

from django.db.backends.utils import CursorWrapper

from crm.common.days import today
from customers.identity.merging import door
from customers.identity.merging.origins import hand_on, take_keys
from customers.identity.owning import take_over
from customers.models import Customer
from customers.registry import listening, movable

# Each bare record's customer and whose its things will be: the customer of its link key, else the first of those that
# ask for the key, who takes it. Who goes in leaves a merge.
_PROMOTED = f"""
DROP TABLE IF EXISTS imp_promoted;
CREATE TEMP TABLE imp_promoted ON COMMIT DROP AS
SELECT q.*, CASE WHEN q.old <> q.new THEN {door.NEXT_LINK} END AS merge_id FROM (
  SELECT k._old_object AS old, k.link_key, k._record_id AS record_id, k.name,
         coalesce(l.root_id, first_value(k._old_object) OVER same) AS new,
         coalesce(l.survivor_id, first_value(k._old_object) OVER same) AS survivor_id,
         l.root_id IS NULL AND row_number() OVER same = 1 AS takes
  FROM imp_keys k JOIN imp_links l ON l.link_key = k.link_key
  WHERE k._action = 'created' AND k._old_object IS NOT NULL
    AND NOT EXISTS (SELECT FROM customers_mergedrow e
      WHERE e.relation = 'customers_sourcerecord' AND e.row_id = k._record_id)
  WINDOW same AS (PARTITION BY k.link_key ORDER BY k._record_id)
) q;
UPDATE imp_keys k SET _old_object = p.new FROM imp_promoted p WHERE k._old_object = p.old AND p.new <> p.old;
"""  # noqa: S608 - constants
_MOVES = "SELECT DISTINCT old, new, merge_id FROM imp_promoted WHERE old <> new ORDER BY old"

# Its key is part of a unique index and the row of one that goes is deleted: both need the whole row.
_LOCK = """
SELECT FROM customers_customer c WHERE c.id IN (SELECT old FROM imp_promoted WHERE takes OR old <> new)
ORDER BY c.id FOR UPDATE
"""
_TAKE_KEYS = "UPDATE customers_customer c SET link_key = p.link_key FROM imp_promoted p WHERE c.id = p.old AND p.takes"

_RECORDS_BECAME = """
UPDATE customers_sourcerecord SET object_id = %(new)s
WHERE customer_id = %(new)s AND kind = 'customers' AND object_id = %(old)s
"""


def adopt_bare(cursor: CursorWrapper) -> None:
    """Settle whose each bare record of `imp_keys` is; `_old_object` is its customer afterwards."""
    take_keys(cursor)
    door.look(cursor)
    cursor.execute(_PROMOTED)
    door.leave_promoted(cursor)
    for move in _moves(cursor):
        _move_all(cursor, *move)


def close(cursor: CursorWrapper) -> None:
    """Give the link keys, and let those go who gave all they had."""
    cursor.execute(_LOCK)
    if not cursor.rowcount:
        return
    cursor.execute(_TAKE_KEYS)
    for old, new, merge in _moves(cursor):
        _move_all(cursor, old, new, merge)
        take_over(cursor, old=old, new=new)
        Customer.objects.get(pk=old).delete()


def _moves(cursor: CursorWrapper) -> list[tuple[int, int, int | None]]:
    cursor.execute(_MOVES)
    return [(int(old), int(new), merge) for old, new, merge in cursor.fetchall()]


def _move_all(cursor: CursorWrapper, old: int, new: int, merge: int | None) -> None:
    hand_on(cursor, old=old, new=new, merge=merge)
    movable.move_all(cursor, old=old, new=new)
    cursor.execute(_RECORDS_BECAME, {"old": old, "new": new})
    listening.moved(cursor, [new], since=today())
