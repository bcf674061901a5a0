"""A bare customer whose own row arrives takes the row's link key, or gives all it has to the customer who has it."""

from django.db.backends.utils import CursorWrapper

from customers import registry
from customers.models import Customer, TierAssignment

# Bare records of this chunk whose link key nobody has yet: the first of each key keeps its customer.
_TAKE_KEYS = """
UPDATE customers_customer c SET link_key = f.link_key
FROM (SELECT DISTINCT ON (k.link_key) k.link_key, k._old_object FROM imp_keys k
      WHERE k._action = 'created' AND k._old_object IS NOT NULL
        AND NOT EXISTS (SELECT FROM customers_customer x WHERE x.link_key = k.link_key)
      ORDER BY k.link_key, k._record_id) f
WHERE c.id = f._old_object
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
    for relation in Customer._meta.related_objects:  # noqa: SLF001 - Django's documented model API
        model = relation.related_model
        if relation.many_to_many or model is TierAssignment:
            continue
        model._base_manager.filter(**{relation.field.name: old}).update(**{relation.field.name: new})  # noqa: SLF001 - its documented API
    Customer.objects.get(pk=old).delete()
    registry.moved(cursor, [new])
