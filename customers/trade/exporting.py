"""Orders and invoices as rows of a file."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from crm.common.lists.exporting import Export, ExportColumn

_CUSTOMER: Final = (ExportColumn("customer_id", "customer_id"), ExportColumn("customer", "customer__name"))
_AMOUNTS: Final = tuple(ExportColumn(name, name) for name in ("currency", "amount", "amount_company"))
_GROUPS: Final = (ExportColumn("team", "team__key"), ExportColumn("tier", "tier__key"))
_AS_SHOWN: Final = {"customer": ("customer_id", "customer"), "amount": ("currency", "amount")}

ORDERS: Final = Export(
    name="orders",
    title=_("Orders"),
    first="number",
    columns=(
        ExportColumn("number", "number"),
        *_CUSTOMER,
        ExportColumn("placed_at", "placed_at"),
        ExportColumn("status", "status"),
        *_AMOUNTS,
        *_GROUPS,
    ),
    shown_as={**_AS_SHOWN, "placed": ("placed_at",), "state": ("status",)},
)
# Of invoices `with_standing`.
INVOICES: Final = Export(
    name="invoices",
    title=_("Invoices"),
    first="number",
    columns=(
        ExportColumn("number", "number"),
        *_CUSTOMER,
        ExportColumn("order", "order__number"),
        ExportColumn("issued_on", "issued_on"),
        ExportColumn("due_on", "due_on"),
        *_AMOUNTS,
        ExportColumn("paid", "paid"),
        ExportColumn("settled_on", "settled_on"),
        ExportColumn("is_open", "is_open"),
        ExportColumn("is_overdue", "is_overdue"),
        ExportColumn("days_late", "days_late"),
        *_GROUPS,
    ),
    shown_as={
        **_AS_SHOWN,
        "issued": ("issued_on",),
        "due": ("due_on",),
        "state": ("is_open", "is_overdue", "days_late"),
        "open": ("currency", "amount", "paid"),
        "paid": ("currency", "paid"),
        "settled": ("settled_on",),
    },
)
