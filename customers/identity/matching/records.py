"""The records that are compared: what each source says of its customers, as it said it."""

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any, Final

from django.db import connection

from customers.identity.matching.values import Record
from customers.importing.exports import TYPED
from customers.importing.sql import NIL
from customers.models import Customer
from customers.models.customers import ERASED_KEY

_FIELDS: Final = ("name", "tax_id", "email", "phone", "address", "city", "region", "country", "postcode", "birth_date")
_OWN: Final = ", ".join(f"c.{field}" for field in _FIELDS[:-1]) + ", coalesce(c.birth_date::text, '')"
# Records of a customer whom people typed in count; corrections of what a source says do not, nor records of which there
# is nothing yet but that another record names them. Who has no record at all stands for one, by a number below zero.
_RECORDS: Final = f"""
SELECT r.id, r.customer_id, {", ".join(f"coalesce(r.payload ->> '{field}', '')" for field in _FIELDS)}
FROM customers_sourcerecord r
JOIN customers_customer c ON c.id = r.customer_id
JOIN customers_sourcesystem s ON s.id = r.system_id
WHERE r.kind = 'customers' AND r.digest <> '{NIL}' AND c.kind = %(kind)s {{of}} AND r.payload ->> 'name' <> ''
  AND (s.key <> '{TYPED}' OR NOT EXISTS (
    SELECT FROM customers_sourcerecord o
    WHERE o.customer_id = r.customer_id AND o.kind = 'customers' AND o.digest <> '{NIL}' AND o.id <> r.id))
UNION ALL
SELECT -c.id, c.id, {_OWN} FROM customers_customer c
WHERE c.kind = %(kind)s {{of}} AND NOT starts_with(coalesce(c.link_key, ''), '{ERASED_KEY}') AND NOT EXISTS (
  SELECT FROM customers_sourcerecord r WHERE r.customer_id = c.id AND r.kind = 'customers')
"""  # noqa: S608 - constants
_OF: Final = "AND c.id = ANY(%(customers)s)"
# Whose records, or who, came or changed, and who was merged or taken apart again.
_CHANGED: Final = """
SELECT customer_id FROM customers_sourcerecord
WHERE changed_at >= %(since)s AND kind = 'customers' AND customer_id IS NOT NULL
UNION SELECT id FROM customers_customer WHERE created_at >= %(since)s
UNION SELECT unnest(ARRAY[survivor_id, absorbed_id, root_id]) FROM customers_merge
WHERE id > %(merge)s AND absorbed_id IS NOT NULL
UNION SELECT unnest(ARRAY[survivor_id, absorbed_id, root_id]) FROM customers_merge
WHERE undone_at >= %(since)s AND absorbed_id IS NOT NULL
"""
_CUSTOMERS: Final = """
SELECT r.id, r.customer_id FROM customers_sourcerecord r WHERE r.id = ANY(%(ids)s) AND r.customer_id IS NOT NULL
UNION ALL
SELECT -c.id, c.id FROM customers_customer c WHERE -c.id = ANY(%(ids)s)
"""
_NAMES: Final = f"""
SELECT r.id, CASE WHEN s.key = '{TYPED}' THEN '' ELSE s.key END, r.external_id
FROM customers_sourcerecord r JOIN customers_sourcesystem s ON s.id = r.system_id WHERE r.id = ANY(%(ids)s)
"""  # noqa: S608 - constants


def read_records(kind: Customer.Kind, *, customers: Collection[int] | None = None) -> Iterator[Record]:
    """Of people or of organizations, or of those of these customers who are; one statement, streamed."""
    params: dict[str, Any] = {"kind": kind.value}
    if customers is not None:
        params["customers"] = sorted(customers)
    rows = _RECORDS.format(of="" if customers is None else _OF)
    with connection.cursor() as cursor, cursor.copy(f"COPY ({rows}) TO STDOUT", params) as copy:
        copy.set_types(["int8", "int8", *["text"] * len(_FIELDS)])
        for row in copy.rows():
            yield Record(*row)


def changed_customers(*, since: datetime, merge: int) -> set[int]:
    """Of either kind: since then, and since the merge of that number."""
    with connection.cursor() as cursor:
        cursor.execute(_CHANGED, {"since": since, "merge": merge})
        return {customer for (customer,) in cursor.fetchall()}


def customers_of(ids: list[int]) -> dict[int, int]:
    """Record → whose it is now."""
    with connection.cursor() as cursor:
        cursor.execute(_CUSTOMERS, {"ids": ids})
        return dict(cursor.fetchall())


def names_of(ids: list[int]) -> dict[int, tuple[str, str]]:
    """Record → (key of its source, external id); without a source the customer's number."""
    with connection.cursor() as cursor:
        cursor.execute(_NAMES, {"ids": ids})
        named = {record: (source, external_id) for record, source, external_id in cursor.fetchall()}
    return named | {record: ("", str(-record)) for record in ids if record < 0}
