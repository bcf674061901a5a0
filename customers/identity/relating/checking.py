"""Whether groups are what they follow from: for the nightly check."""

from typing import Final

from django.db import transaction
from django.db.backends.utils import CursorWrapper

from crm.common import locks
from customers.identity.relating.groups import Place
from customers.identity.relating.regrouping import KINDS, regroup, together
from customers.models import GroupMember

# Of a range of customers, those of whom anything is said, or who are in a group. By the indexes on customer and end.
_SPOKEN_OF: Final = """
SELECT DISTINCT coalesce(m.root_id, x.id) FROM (
  SELECT customer_id AS id FROM customers_relation WHERE customer_id >= %(first)s AND customer_id < %(after)s
  UNION SELECT to_id FROM customers_relation WHERE to_id >= %(first)s AND to_id < %(after)s
  UNION SELECT customer_id FROM customers_groupmember WHERE customer_id >= %(first)s AND customer_id < %(after)s
) x LEFT JOIN customers_merge m ON m.absorbed_id = x.id AND m.undone_at IS NULL
"""


def find_groups(cursor: CursorWrapper, first: int, after: int) -> list[int]:
    """Who is not in the group they belong to, or is in one they do not."""
    cursor.execute(_SPOKEN_OF, {"first": first, "after": after})
    ids = [pk for (pk,) in cursor.fetchall()]
    return [one for one in _wrong(cursor, ids) if first <= one < after] if ids else []


def _wrong(cursor: CursorWrapper, ids: list[int]) -> list[int]:
    wrong: set[int] = set()
    for kind in KINDS:
        found = together(cursor, kind=kind, customer_ids=ids)
        members = GroupMember.objects.filter(kind=kind, customer_id__in=found.numbers | set(ids))
        kept = {
            customer: Place(root_id=root, parent_id=parent)
            for customer, root, parent in members.values_list("customer_id", "root_id", "parent_id")
        }
        wrong |= {one for one in {*kept, *found.places} if kept.get(one) != found.places.get(one)}
    return sorted(wrong)


def mend_groups(cursor: CursorWrapper, ids: list[int]) -> int:
    """Returns how many were wrong still."""
    with transaction.atomic():
        locks.take(cursor, exclusive=[locks.RELATIONS])
        wrong = _wrong(cursor, ids)
        if wrong:
            regroup(cursor, wrong)
    return len(wrong)
