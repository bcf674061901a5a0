"""Who is marked where no trigger of the customers' own table tells: records changed, or something changed hands."""

from datetime import date
from typing import Final

from django.db.backends.utils import CursorWrapper

from crm.common.sqlfunctions import PlainTaxId
from customers.identity.linking import ALONE, PERSON

# A record of theirs may have changed though what they show has not: the source they count to, when they were confirmed.
# Those that have just been made are marked by the trigger on their table.
_SETTLED: Final = """
INSERT INTO customers_hygienemark (customer_id)
SELECT v.customer_id FROM imp_survived v
WHERE NOT EXISTS (SELECT FROM imp_arriving a WHERE a.customer_id = v.customer_id)
"""
_MARK: Final = "INSERT INTO customers_hygienemark (customer_id) SELECT unnest(%(ids)s::bigint[])"
# With those with whom it is proposed that they are one, they or somebody who has become one with them: who goes takes a
# fault of theirs along, and who is there again brings it back. Cost: two probes for each who became one with them.
_MOVED: Final = """
INSERT INTO customers_hygienemark (customer_id)
WITH moved AS (
  SELECT unnest(%(ids)s::bigint[]) AS id
  UNION SELECT absorbed_id FROM customers_merge WHERE root_id = ANY(%(ids)s) AND undone_at IS NULL
)
SELECT unnest(%(ids)s::bigint[])
UNION SELECT p.right_id FROM customers_match p JOIN moved m ON p.left_id = m.id WHERE p.state IN ('proposed', 'later')
UNION SELECT p.left_id FROM customers_match p JOIN moved m ON p.right_id = m.id WHERE p.state IN ('proposed', 'later')
"""
# Who stands alone with it, as the key was another's or too many have it: told by the address, the number or the tax ID
# in it, one index probe. Of an address that its provider reads otherwise no index tells: the nightly check finds them.
_SHARES: Final = """
INSERT INTO customers_hygienemark (customer_id)
SELECT DISTINCT customer_id FROM customers_contactpoint
WHERE kind = %(kind)s AND normalised = %(value)s AND contact_id IS NULL
"""
_SHARES_TAX_ID: Final = f"""
INSERT INTO customers_hygienemark (customer_id)
SELECT id FROM customers_customer
WHERE {PlainTaxId.template % {"expressions": "tax_id"}} = %(value)s
  AND tax_id <> '' AND (link_key IS NULL OR link_key LIKE '{ALONE}%%')
"""  # noqa: S608 - constants
_POINTS: Final = {"mail": "email", "phone": "phone"}


def mark_settled(cursor: CursorWrapper) -> None:
    cursor.execute(_SETTLED)


def mark(cursor: CursorWrapper, customer_ids: list[int]) -> None:
    cursor.execute(_MARK, {"ids": customer_ids})


def mark_moved(cursor: CursorWrapper, customer_ids: list[int], _since: date) -> None:
    cursor.execute(_MOVED, {"ids": customer_ids})


def mark_who_shares(cursor: CursorWrapper, key: str) -> None:
    """Of a key that is shared from now on, or is no more."""
    what, _colon, said = key.removeprefix(PERSON).partition(":")
    if what == "tax":
        cursor.execute(_SHARES_TAX_ID, {"value": said})
    elif what in _POINTS:
        cursor.execute(_SHARES, {"kind": _POINTS[what], "value": said.partition("|")[0]})
