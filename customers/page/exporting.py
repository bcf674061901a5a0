"""Customers as rows of a spreadsheet."""

from collections.abc import Iterator
from typing import Any, Final

from customers.models import Customer
from customers.querysets.customers import CustomerQuerySet

FIELDS: Final = (
    "id", "kind", "name", "tax_id", "email", "phone", "address", "city", "region", "country", "postcode", "industry",
    "language", "birth_date", "tier__key", "last_contact_at",
)  # fmt: skip
HEADER: Final = ("customer_id", *FIELDS[1:-2], "tier", "last_contact_at")


def export_rows(customers: CustomerQuerySet[Customer]) -> Iterator[tuple[Any, ...]]:
    """Header first; read by a cursor in steps, so memory stays flat."""
    yield HEADER
    yield from customers.order_by("search", "id").values_list(*FIELDS).iterator(chunk_size=2_000)
