"""Which source's value a customer's field shows: what a person typed, else what the field's rule says (`ordering`).

The rules are read when the customers' rows are locked, in a statement of its own: whoever changes a rule afterwards
lets these customers take their fields anew (`trust`), and waits for their rows.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.backends.utils import CursorWrapper

from customers.identity.ordering import FIELDS, TYPED, Rules, given, order, read_rules
from customers.importing.sql import CREATE_TOUCHED, LOCK_TOUCHED
from customers.registry import listening

__all__ = ["FIELDS", "TYPED", "settle", "settle_selected", "settle_touched", "touch"]

EMPTY = "''"
_DEFAULTS = {"kind": "'organization'", "birth_date": "NULL"}


def _winner(field: str, what: str, rules: Rules) -> str:
    return f"(array_agg({what} ORDER BY {order(field, rules)}) FILTER (WHERE payload ->> '{field}' <> ''))[1]"


def _given(field: str, rules: Rules) -> str:
    cast = "::date" if field == "birth_date" else ""
    value = _winner(field, f"payload ->> '{field}'", rules)
    return f"coalesce({value}{cast}, {_DEFAULTS.get(field, EMPTY)}) AS {field}"


def _only(field: str) -> str:
    cast = "::date" if field == "birth_date" else ""
    return f"coalesce(nullif(payload ->> '{field}', ''){cast}, {_DEFAULTS.get(field, EMPTY)})"


_ONLY = ", ".join(f"'{field}', CASE WHEN payload ->> '{field}' <> '' THEN record_id END" for field in FIELDS)
_TOUCHED = "SELECT customer_id, max(link_key) AS link_key FROM imp_touched WHERE settles GROUP BY customer_id"
_ARRIVING = """
CREATE TEMP TABLE imp_arriving ON COMMIT DROP AS
SELECT v.customer_id, v.is_bare, NULL::bigint AS tier_id
FROM imp_survived v WHERE NOT EXISTS (SELECT FROM customers_customer c WHERE c.id = v.customer_id)
"""


def winners(rules: Rules, fields: Iterable[str] = FIELDS) -> str:
    """SQL: columns of the winning values of customers of whom there are several records, over `several`."""
    return ", ".join(_given(field, rules) for field in fields)


def provenances(rules: Rules, fields: Iterable[str] = FIELDS) -> str:
    """SQL: which record won each field, as JSON, likewise."""
    pairs = ", ".join(f"'{field}', " + _winner(field, "record_id", rules) for field in fields)
    return f"jsonb_strip_nulls(jsonb_build_object({pairs}))"


@lru_cache(maxsize=8)
def _survived(rules: Rules) -> str:
    """The surviving values of the customers in imp_touched, and who of them is not there yet.

    One index probe per record and customer, one aggregate per customer of whom there are several records: most have
    one, which has the only word.
    """
    return f"""
DROP TABLE IF EXISTS imp_survived, imp_arriving;
CREATE TEMP TABLE imp_survived ON COMMIT DROP AS
WITH {given(_TOUCHED, rules)}
SELECT customer_id, link_key, {winners(rules)}, {provenances(rules)} AS provenance, bool_and(is_bare) AS is_bare
FROM several GROUP BY customer_id, link_key
UNION ALL
SELECT customer_id, link_key, {", ".join(_only(field) for field in FIELDS)},
       jsonb_strip_nulls(jsonb_build_object({_ONLY})), is_bare
FROM given WHERE records = 1;
{_ARRIVING}"""  # noqa: S608 - put together from constants, and the rules of this database


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
    cursor.execute(_survived(read_rules(cursor)))
    cursor.execute(_WHO)
    some_arrive, some_are_there, some_were_absorbed = cursor.fetchone()
    if some_were_absorbed:
        raise IntegrityError("a customer has become one with another meanwhile")
    if some_are_there:
        cursor.execute(_CHANGE)
    if some_arrive:
        listening.arriving(cursor)
        cursor.execute(_MAKE)
    if some_are_there:
        listening.settled(cursor)
