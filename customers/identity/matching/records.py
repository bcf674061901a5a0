"""The records that are compared: what each source says of its customers, as it said it."""

from collections.abc import Iterator
from typing import Final

from django.db import connection

from customers.identity.matching.values import Record
from customers.importing.exports import TYPED
from customers.importing.sql import NIL
from customers.models import Customer

_FIELDS: Final = ("name", "tax_id", "email", "phone", "address", "city", "region", "country", "postcode", "birth_date")
# Records of a customer whom people typed in count; corrections of what a source says do not, nor records of which there
# is nothing yet but that another record names them.
_RECORDS: Final = f"""
SELECT r.id, r.customer_id, {", ".join(f"coalesce(r.payload ->> '{field}', '')" for field in _FIELDS)}
FROM customers_sourcerecord r
JOIN customers_customer c ON c.id = r.customer_id
JOIN customers_sourcesystem s ON s.id = r.system_id
WHERE r.kind = 'customers' AND r.digest <> '{NIL}' AND c.kind = %(kind)s AND r.payload ->> 'name' <> ''
  AND (s.key <> '{TYPED}' OR NOT EXISTS (
    SELECT FROM customers_sourcerecord o
    WHERE o.customer_id = r.customer_id AND o.kind = 'customers' AND o.digest <> '{NIL}' AND o.id <> r.id))
ORDER BY r.id
"""  # noqa: S608 - constants
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


def names_of(ids: list[int]) -> dict[int, tuple[str, str]]:
    """Record → (key of its source, external id)."""
    with connection.cursor() as cursor:
        cursor.execute(_NAMES, {"ids": ids})
        return {record: (source, external_id) for record, source, external_id in cursor.fetchall()}
