"""A bare customer whose own row arrives takes the row's link key, or gives all it has to the customer who has it.

What it has moves as soon as that is known. The customers' own rows change when the chunk closes, so that whoever works
on one of them waits for a moment only; what came to the one that goes in between moves then.
"""

from django.db.backends.utils import CursorWrapper

from customers.identity.owning import take_over
from customers.models import Customer
from customers.registry import listening, movable

# Each bare record's customer and whose its things will be: the customer of its link key, else the first of those that
# ask for the key, who takes it.
_PROMOTED = """
DROP TABLE IF EXISTS imp_promoted;
CREATE TEMP TABLE imp_promoted ON COMMIT DROP AS
SELECT k._old_object AS old, k.link_key,
       coalesce(c.id, first_value(k._old_object) OVER same) AS new,
       c.id IS NULL AND row_number() OVER same = 1 AS takes
FROM imp_keys k LEFT JOIN customers_customer c ON c.link_key = k.link_key
WHERE k._action = 'created' AND k._old_object IS NOT NULL
WINDOW same AS (PARTITION BY k.link_key ORDER BY k._record_id);
UPDATE imp_keys k SET _old_object = p.new FROM imp_promoted p WHERE k._old_object = p.old AND p.new <> p.old;
"""
_MOVES = "SELECT DISTINCT old, new FROM imp_promoted WHERE old <> new ORDER BY old"

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
    cursor.execute(_PROMOTED)
    for old, new in _moves(cursor):
        _move_all(cursor, old=old, new=new)


def close(cursor: CursorWrapper) -> None:
    """Give the link keys, and let those go who gave all they had."""
    cursor.execute(_LOCK)
    if not cursor.rowcount:
        return
    cursor.execute(_TAKE_KEYS)
    for old, new in _moves(cursor):
        _move_all(cursor, old=old, new=new)
        take_over(cursor, old=old, new=new)
        Customer.objects.get(pk=old).delete()


def _moves(cursor: CursorWrapper) -> list[tuple[int, int]]:
    cursor.execute(_MOVES)
    return [(int(old), int(new)) for old, new in cursor.fetchall()]


def _move_all(cursor: CursorWrapper, *, old: int, new: int) -> None:
    movable.move_all(cursor, old=old, new=new)
    cursor.execute(_RECORDS_BECAME, {"old": old, "new": new})
    listening.moved(cursor, [new])
