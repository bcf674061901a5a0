"""Customers as rows of a spreadsheet."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from django.contrib.postgres.aggregates import StringAgg
from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext_lazy as _

from crm.common.lists import exporting
from crm.common.lists.exporting import Export, ExportColumn
from customers.models import Customer, CustomerTag
from customers.querysets.customers import CustomerQuerySet

BY_NAME: Final = "search"
_TAGS = Subquery(
    CustomerTag.objects.filter(customer=OuterRef("pk"))
    .order_by()
    .values("customer")
    .annotate(names=StringAgg("tag__name", ", ", order_by="tag__name"))
    .values("names")
)
_OWN = (
    "kind", "name", "tax_id", "email", "phone", "address", "city", "region", "country", "postcode", "industry",
    "language", "birth_date",
)  # fmt: skip
EXPORT: Final = Export(
    name="customers",
    title=_("Customers"),
    first="customer_id",
    columns=(
        ExportColumn("customer_id", "id"),
        *(ExportColumn(name, name) for name in _OWN),
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
    ),
    shown_as={"place": ("city", "country"), "contact": ("last_contact_at",)},
)


def export_rows(
    customers: CustomerQuerySet[Customer], columns: Sequence[ExportColumn] = (), *, order: str = BY_NAME
) -> Iterator[tuple[Any, ...]]:
    """Header first, then in `order`, a field with its sign."""
    shown = columns or EXPORT.columns
    tagged = any(column.field == "tag_names" for column in shown)
    return exporting.rows(customers.annotate(tag_names=_TAGS) if tagged else customers, shown, order=order)
