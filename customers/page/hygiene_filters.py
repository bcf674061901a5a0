"""Narrowing customers to those behind a number of the hygiene."""

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from crm.common.lists.fields import Field
from crm.common.lists.options import Asking, Fixed, Rows
from customers.identity.hygiene.fields import FAULTS
from customers.models import CustomerHygiene, SourceSystem
from customers.page.faults import having, rows_having


def _faults() -> list[tuple[str, str]]:
    return [(key, capfirst(point.label)) for key, point in FAULTS.items()]


def _has(op: str, value: Any, _asking: Asking) -> Q:
    return having(value) if op == "is" else _without(rows_having(value))


def _counts_to(op: str, value: Any, _asking: Asking) -> Q:
    rows = CustomerHygiene.objects.filter(system_id__in=value)
    return Q(pk__in=rows.values("customer_id")) if op == "is" else _without(rows)


def _without(rows: QuerySet[CustomerHygiene]) -> Q:
    """As an anti-join: `NOT IN` would go through all of the rows for each customer where they are too many to hash."""
    return ~Q(Exists(rows.filter(customer_id=OuterRef("pk"))))


HYGIENE = Field(
    key="hygiene", label=_("Hygiene"), kind="choice", holds=_has, only=("is", "is_not"), options=Fixed(choices=_faults)
)
SOURCE = Field(
    key="source", label=_("Source"), kind="choice", is_id=True, holds=_counts_to, only=("is", "is_not"),
    options=Rows(
        rows=lambda _asking: SourceSystem.objects.order_by("rank", "key"), search="name", first=[("0", _("none"))]
    ),
)  # fmt: skip
