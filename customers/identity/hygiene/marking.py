"""Who is marked where no trigger of the customers' own table tells: records changed, or something changed hands."""

from datetime import date
from typing import Final

from django.db.backends.utils import CursorWrapper

# A record of theirs may have changed though what they show has not: the source they count to, when they were confirmed.
# Those that have just been made are marked by the trigger on their table.
_SETTLED: Final = """
INSERT INTO customers_hygienemark (customer_id)
SELECT v.customer_id FROM imp_survived v
WHERE NOT EXISTS (SELECT FROM imp_arriving a WHERE a.customer_id = v.customer_id)
"""
_MARK: Final = "INSERT INTO customers_hygienemark (customer_id) SELECT unnest(%(ids)s::bigint[])"


def mark_settled(cursor: CursorWrapper) -> None:
    cursor.execute(_SETTLED)


def mark(cursor: CursorWrapper, customer_ids: list[int]) -> None:
    cursor.execute(_MARK, {"ids": customer_ids})


def mark_moved(cursor: CursorWrapper, customer_ids: list[int], _since: date) -> None:
    mark(cursor, customer_ids)
