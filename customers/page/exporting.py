"""Customers as rows of a spreadsheet."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.contrib.postgres.aggregates import StringAgg
from django.db.models import OuterRef, Subquery

from customers.models import Customer, CustomerTag
from customers.querysets.customers import CustomerQuerySet

STREAMED_UP_TO: Final = 20_000
"""Rows that a page hands over at once; more are written by a job."""

_TAGS = Subquery(
    CustomerTag.objects.filter(customer=OuterRef("pk"))
    .order_by()
    .values("customer")
    .annotate(names=StringAgg("tag__name", ", ", order_by="tag__name"))
    .values("names")
)


@dataclass(frozen=True, slots=True)
class ExportColumn:
    """`header` names it in the file, `field` is what it shows: a path from the customer, or an annotation."""

    header: str
    field: str


# By the key under which lists know them.
COLUMNS: Final = {
    each.header: each
    for each in (
        ExportColumn("customer_id", "id"),
        *(
            ExportColumn(name, name)
            for name in (
                "kind", "name", "tax_id", "email", "phone", "address", "city", "region", "country", "postcode",
                "industry", "language", "birth_date",
            )
        ),
        ExportColumn("tier", "tier__key"),
        ExportColumn("last_contact_at", "last_contact_at"),
        ExportColumn("owner", "owner__email"),
        ExportColumn("team", "team__key"),
        ExportColumn("tags", "tag_names"),
        ExportColumn("revenue", "figures__revenue"),
        ExportColumn("profit", "figures__profit"),
        ExportColumn("open", "figures__open"),
        ExportColumn("overdue", "figures__overdue"),
        ExportColumn("overdue_since", "figures__overdue_since"),
        ExportColumn("created", "created_at"),
    )
}  # fmt: skip
# What lists show in one column that a file has in several, or under another name.
SHOWN_AS: Final = {"place": ("city", "country"), "contact": ("last_contact_at",)}


def chosen(keys: Sequence[str]) -> list[ExportColumn]:
    """Those of a list's keys in their order, each once, the customer's id before them; where none is known, all."""
    known = [name for key in keys for name in SHOWN_AS.get(key, (key,)) if name in COLUMNS]
    names = dict.fromkeys(["customer_id", *known]) if known else COLUMNS
    return [COLUMNS[name] for name in names]


def export_rows(
    customers: CustomerQuerySet[Customer], columns: Sequence[ExportColumn] = ()
) -> Iterator[tuple[Any, ...]]:
    """Header first, then by name; read by a cursor in steps, so memory stays flat."""
    shown = columns or list(COLUMNS.values())
    fields = [column.field for column in shown]
    found = customers.annotate(tag_names=_TAGS) if "tag_names" in fields else customers
    yield tuple(column.header for column in shown)
    yield from found.order_by("search", "id").values_list(*fields).iterator(chunk_size=2_000)
