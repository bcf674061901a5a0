"""Which source's value a customer's field shows: the first non-empty one by (system rank, system key, external id).

What people typed of somebody who became one with the customer comes after what they typed of the customer.
"""

from collections.abc import Iterable
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.backends.utils import CursorWrapper

from customers.importing.sql import CREATE_TOUCHED, LOCK_TOUCHED, NIL
from customers.registry import listening

FIELDS = (
    "kind", "name", "tax_id", "email", "phone", "address", "city", "region", "country", "postcode", "industry",
    "language", "birth_date",
)  # fmt: skip
EMPTY = "''"
TYPED = "crm:typed"  # the key of the system that holds what people type
_IS_ANOTHERS = f"""CASE WHEN s.key = '{TYPED}' THEN EXISTS (
           SELECT FROM customers_mergedrow e WHERE e.relation = 'customers_sourcerecord' AND e.row_id = sr.id) END"""
_DEFAULTS = {"kind": "'organization'", "birth_date": "NULL"}


def _winner(field: str, what: str) -> str:
    return f"(array_agg({what} ORDER BY place) FILTER (WHERE payload ->> '{field}' <> ''))[1]"


def _given(field: str) -> str:
    cast = "::date" if field == "birth_date" else ""
    value = _winner(field, f"payload ->> '{field}'")
    return f"coalesce({value}{cast}, {_DEFAULTS.get(field, EMPTY)}) AS {field}"


_WINNERS = ", ".join(f"'{field}', " + _winner(field, "record_id") for field in FIELDS)


def _only(field: str) -> str:
    cast = "::date" if field == "birth_date" else ""
    return f"coalesce(nullif(payload ->> '{field}', ''){cast}, {_DEFAULTS.get(field, EMPTY)})"


_ONLY = ", ".join(f"'{field}', CASE WHEN payload ->> '{field}' <> '' THEN record_id END" for field in FIELDS)

# The surviving values of the customers in imp_touched, and who of them is not there yet. One index probe per record
# and customer, one aggregate per customer of whom there are several records: most have one, which has the only word.
_SURVIVED = f"""
DROP TABLE IF EXISTS imp_survived, imp_arriving;
CREATE TEMP TABLE imp_survived ON COMMIT DROP AS
WITH given AS MATERIALIZED (
  SELECT t.customer_id, t.link_key, sr.id AS record_id, sr.payload, sr.digest = '{NIL}' AS is_bare,
         row_number() OVER (PARTITION BY t.customer_id ORDER BY s.rank, s.key, {_IS_ANOTHERS}, sr.external_id) AS place,
         count(*) OVER (PARTITION BY t.customer_id) AS records
  FROM (SELECT customer_id, max(link_key) AS link_key FROM imp_touched WHERE settles GROUP BY customer_id) t
  JOIN customers_sourcerecord sr ON sr.customer_id = t.customer_id AND sr.kind = 'customers'
  JOIN customers_sourcesystem s ON s.id = sr.system_id
)
SELECT customer_id, link_key, {", ".join(_given(field) for field in FIELDS)},
       jsonb_strip_nulls(jsonb_build_object({_WINNERS})) AS provenance, bool_and(is_bare) AS is_bare
FROM given WHERE records > 1 GROUP BY customer_id, link_key
UNION ALL
SELECT customer_id, link_key, {", ".join(_only(field) for field in FIELDS)},
       jsonb_strip_nulls(jsonb_build_object({_ONLY})), is_bare
FROM given WHERE records = 1;
CREATE TEMP TABLE imp_arriving ON COMMIT DROP AS
SELECT v.customer_id, v.is_bare, NULL::bigint AS tier_id
FROM imp_survived v WHERE NOT EXISTS (SELECT FROM customers_customer c WHERE c.id = v.customer_id)
"""  # noqa: S608 - put together from the constants above

_COLUMNS = ", ".join(FIELDS)
_NEW = ", ".join(f"v.{field}" for field in FIELDS)
_OLD = ", ".join(f"c.{field}" for field in FIELDS)
_WHO = """
SELECT EXISTS (SELECT FROM imp_arriving), (SELECT count(*) FROM imp_survived) > (SELECT count(*) FROM imp_arriving),
  EXISTS (SELECT FROM imp_arriving a JOIN customers_merge m ON m.absorbed_id = a.customer_id AND m.undone_at IS NULL)
"""
_CHANGE = f"""
UPDATE customers_customer c SET ({_COLUMNS}, provenance, updated_at) =
  ({_NEW}, v.provenance, now())
FROM imp_survived v WHERE c.id = v.customer_id
 AND ({_OLD}, c.provenance)
  IS DISTINCT FROM ({_NEW}, v.provenance)
"""  # noqa: S608 - put together from the constants above
_MAKE = f"""
INSERT INTO customers_customer (id, {_COLUMNS}, provenance, link_key, tier_id, created_at, updated_at)
SELECT v.customer_id, {_NEW}, v.provenance, v.link_key, a.tier_id, now(), now()
FROM imp_survived v JOIN imp_arriving a ON a.customer_id = v.customer_id
"""  # noqa: S608 - put together from the constants above


def settle(*, customer_ids: Iterable[int]) -> None:
    """Let the customers' fields be what their source records now say; after a record of theirs was written."""
    with transaction.atomic(), connection.cursor() as cursor:
        settle_selected(cursor, "SELECT unnest(%(ids)s::bigint[]), NULL::text", {"ids": list(customer_ids)})


def settle_selected(cursor: CursorWrapper, select: str, params: dict[str, Any] | None = None) -> None:
    """`settle` for the (customer_id, link_key) that `select` gives, in the caller's transaction; makes those that do
    not exist yet, under that link key.
    """
    cursor.execute(CREATE_TOUCHED)
    touch(cursor, select, params)
    cursor.execute(LOCK_TOUCHED)
    settle_touched(cursor)


def touch(cursor: CursorWrapper, select: str, params: dict[str, Any] | None = None) -> None:
    """Leave the (customer_id, link_key) that `select` gives to be settled."""
    given = f"SELECT x.*, true FROM ({select}) x (customer_id, link_key)"  # noqa: S608 - statements of this code base
    cursor.execute(f"INSERT INTO imp_touched (customer_id, link_key, settles) {given}", params or {})


def settle_touched(cursor: CursorWrapper) -> None:
    """Settle those in `imp_touched`. Their rows are locked already, in a statement before this one: what a person has
    set meanwhile is seen. Raises IntegrityError where one became one with another before we had their row: done again,
    the work sees that.
    """
    cursor.execute(_SURVIVED)
    cursor.execute(_WHO)
    some_arrive, some_are_there, some_were_absorbed = cursor.fetchone()
    if some_were_absorbed:
        raise IntegrityError("a customer has become one with another meanwhile")
    if some_are_there:
        cursor.execute(_CHANGE)
    if some_arrive:
        listening.arriving(cursor)
        cursor.execute(_MAKE)
