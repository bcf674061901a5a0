"""The records that are compared: what each source says of its customers, as it said it."""

from collections.abc import Iterator
from typing import Final

from django.db import connection

from customers.identity.matching.values import Record
from customers.importing.exports import TYPED
from customers.importing.sql import NIL
from customers.models import Customer

_FIELDS: Final = ("name", "tax_id", "email", "phone", "address", "city", "region", "country", "postcode", "birth_date")
_OWN: Final = ", ".join(f"c.{field}" for field in _FIELDS[:-1]) + ", coalesce(c.birth_date::text, '')"
# Records of a customer whom people typed in count; corrections of what a source says do not, nor records of which there
# is nothing yet but that another record names them. Who has no record at all stands for one, by a number below zero.
_RECORDS: Final = f"""
SELECT r.id, r.customer_id, {", ".join(f"coalesce(r.payload ->> '{field}', '')" for field in _FIELDS)}
FROM customers_sourcerecord r
JOIN customers_customer c ON c.id = r.customer_id
JOIN customers_sourcesystem s ON s.id = r.system_id
WHERE r.kind = 'customers' AND r.digest <> '{NIL}' AND c.kind = %(kind)s AND r.payload ->> 'name' <> ''
  AND (s.key <> '{TYPED}' OR NOT EXISTS (
    SELECT FROM customers_sourcerecord o
    WHERE o.customer_id = r.customer_id AND o.kind = 'customers' AND o.digest <> '{NIL}' AND o.id <> r.id))
UNION ALL
SELECT -c.id, c.id, {_OWN} FROM customers_customer c
WHERE c.kind = %(kind)s AND NOT EXISTS (
  SELECT FROM customers_sourcerecord r WHERE r.customer_id = c.id AND r.kind = 'customers')
"""  # noqa: S608 - constants
_CUSTOMERS: Final = """
SELECT r.id, r.customer_id FROM customers_sourcerecord r WHERE r.id = ANY(%(ids)s) AND r.customer_id IS NOT NULL
UNION ALL
SELECT -c.id, c.id FROM customers_customer c WHERE -c.id = ANY(%(ids)s)
"""
_NAMES: Final = f"""
SELECT r.id, CASE WHEN s.key = '{TYPED}' THEN '' ELSE s.key END, r.external_id
FROM customers_sourcerecord r JOIN customers_sourcesystem s ON s.id = r.system_id WHERE r.id = ANY(%(ids)s)
"""  # noqa: S608 - constants


def read_records(kind: Customer.Kind) -> Iterator[Record]:
    """Of people or of organizations; one statement, streamed."""
    with connection.cursor() as cursor, cursor.copy(f"COPY ({_RECORDS}) TO STDOUT", {"kind": kind.value}) as copy:
        copy.set_types(["int8", "int8", *["text"] * len(_FIELDS)])
        for row in copy.rows():
            yield Record(*row)


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
