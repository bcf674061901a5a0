"""A bare customer whose own row arrives takes the row's link key, or gives all it has to the customer who has it."""

from django.db.backends.utils import CursorWrapper

from customers.models import Customer
from customers.registry import listening, movable

# Bare records of this chunk whose link key nobody has yet: the first of each key keeps its customer.
_TAKE_KEYS = """
UPDATE customers_customer c SET link_key = f.link_key
FROM (SELECT DISTINCT ON (k.link_key) k.link_key, k._old_object FROM imp_keys k
      WHERE k._action = 'created' AND k._old_object IS NOT NULL
        AND NOT EXISTS (SELECT FROM customers_customer x WHERE x.link_key = k.link_key)
      ORDER BY k.link_key, k._record_id) f
WHERE c.id = f._old_object
"""

_RECORDS_BECAME = """
UPDATE customers_sourcerecord SET object_id = %(new)s
WHERE customer_id = %(new)s AND kind = 'customers' AND object_id = %(old)s
"""

_MOVES = """
SELECT k._old_object, c.id FROM imp_keys k JOIN customers_customer c ON c.link_key = k.link_key
WHERE k._action = 'created' AND k._old_object IS NOT NULL AND c.id <> k._old_object
"""


def adopt_bare(cursor: CursorWrapper) -> None:
    """Settle whose each bare record of `imp_keys` is; `_old_object` is its customer afterwards."""
    cursor.execute("SELECT EXISTS (SELECT FROM imp_keys WHERE _action = 'created' AND _old_object IS NOT NULL)")
    if not cursor.fetchone()[0]:
        return
    cursor.execute(_TAKE_KEYS)
    cursor.execute(_MOVES)
    for old, new in cursor.fetchall():
        _move_all(cursor, old=old, new=new)
        cursor.execute("UPDATE imp_keys SET _old_object = %s WHERE _old_object = %s", [new, old])


def _move_all(cursor: CursorWrapper, *, old: int, new: int) -> None:
    movable.move_all(cursor, old=old, new=new)
    cursor.execute(_RECORDS_BECAME, {"old": old, "new": new})
    Customer.objects.get(pk=old).delete()
    listening.moved(cursor, [new])
