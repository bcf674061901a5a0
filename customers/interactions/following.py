"""Interactions and calls known by a number or an address follow it to its owner, a second time.

Whoever changes contact points gives them at once to whom they now belong, and leaves marks: somebody who had begun to
write before, and found the owner of before, brings his afterwards (`crm.common.waiting_marks`).
"""

from django.db.backends.utils import CursorWrapper

from crm.common import locks
from crm.common.waiting_marks import WaitingMarks
from customers.importing.sql import CREATE_TOUCHED, LOCK_TOUCHED
from customers.interactions.last_contact import settle_last_contact
from customers.interactions.matching import rematch

_CHANGED = """
DROP TABLE IF EXISTS imp_changed_values;
CREATE TEMP TABLE imp_changed_values ON COMMIT DROP AS SELECT kind, normalised, customer_id FROM point_step
"""


def follow() -> None:
    """Match what is known by the marked values anew, unless another is at it; marks that wait for writers are left."""
    MARKS.follow(wait=False)


def _rematch_marked(cursor: CursorWrapper) -> None:
    cursor.execute(_CHANGED)
    cursor.execute(CREATE_TOUCHED)
    rematch(cursor)
    cursor.execute(LOCK_TOUCHED)
    settle_last_contact(cursor)


MARKS = WaitingMarks(table="customers_pointmark", step="point_step", lock=locks.POINT_MARKS, work=_rematch_marked)
