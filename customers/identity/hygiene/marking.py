"""Who is marked where no trigger of the customers' own table tells: of records that came and of what changed hands."""

from datetime import date
from typing import Final

from django.db.backends.utils import CursorWrapper

from customers.identity.holding import CUSTOMERS

# Those that a record makes are not there yet: the trigger on their table marks them.
_RECORDED: Final = """
INSERT INTO customers_hygienemark (customer_id)
SELECT DISTINCT k.customer_id FROM imp_keys k JOIN customers_customer c ON c.id = k.customer_id
WHERE k._action IN ('created', 'updated')
"""
_MARK: Final = "INSERT INTO customers_hygienemark (customer_id) SELECT unnest(%(ids)s::bigint[])"


def mark_recorded(cursor: CursorWrapper, kind: str) -> None:
    if kind == CUSTOMERS:
        cursor.execute(_RECORDED)


def mark(cursor: CursorWrapper, customer_ids: list[int]) -> None:
    cursor.execute(_MARK, {"ids": customer_ids})


def mark_moved(cursor: CursorWrapper, customer_ids: list[int], _since: date) -> None:
    mark(cursor, customer_ids)
