"""Customers as rows of a spreadsheet."""

from collections.abc import Iterator
from typing import Final

from customers.querysets.customers import CustomerQuerySet

FIELDS: Final = (
    "id", "kind", "name", "tax_id", "email", "phone", "address", "city", "region", "country", "postcode", "industry",
    "language", "birth_date", "tier__key", "last_contact_at",
)  # fmt: skip
HEADER: Final = ("customer_id", *FIELDS[1:-2], "tier", "last_contact_at")
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def safe_cell(value: object) -> str:
    """As text; what a spreadsheet would take for a formula gets a leading apostrophe (OWASP, CSV injection)."""
    text = "" if value is None else value.isoformat() if hasattr(value, "isoformat") else str(value)
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def export_rows(customers: CustomerQuerySet) -> Iterator[list[str]]:
    """Header first; read by a cursor in steps, so memory stays flat."""
    yield list(HEADER)
    for row in customers.order_by("search", "id").values_list(*FIELDS).iterator(chunk_size=2_000):
        yield [safe_cell(value) for value in row]
