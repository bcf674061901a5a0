"""What orders hold."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Value
from django.db.models.functions import Coalesce, JSONObject, NullIf

from customers.models import Order, OrderLine
from customers.querysets.trade import OrderQuerySet

LINES_SHOWN: Final = 4
UNDONE: Final = {Order.Status.CANCELLED, Order.Status.RETURNED}
"""What shows as having come to nothing."""


def counts(row: str) -> str:
    """SQL: whether the order `row` counts as bought, as `crm_line_derived` has it of its lines (`counted`)."""
    return f"{row}.status <> '{Order.Status.CANCELLED.value}'"


def with_bought(orders: OrderQuerySet[Order]) -> OrderQuerySet[Any]:
    """Annotate `bought`: the first lines as {quantity, product}, one more than a list shows."""
    name = Coalesce(NullIf("product__name", Value("")), "product__code")
    first = OrderLine.objects.filter(order=OuterRef("pk")).order_by("pk")
    lines = first.values(line=JSONObject(quantity="quantity", product=name))[: LINES_SHOWN + 1]
    return orders.annotate(bought=ArraySubquery(lines))


@dataclass(frozen=True, kw_only=True)
class Margin:
    """In the company's currency, over the lines whose cost is known. `uncovered`: how many lines it is not known of."""

    cost: Decimal
    margin: Decimal
    share: Decimal | None
    uncovered: int


def margin(lines: list[OrderLine]) -> Margin:
    known = [(line.amount_company, line.cost_company) for line in lines if line.cost_company is not None]
    cost = sum((cost for _amount, cost in known), Decimal(0))
    revenue = sum((amount for amount, _cost in known), Decimal(0))
    return Margin(
        cost=cost,
        margin=revenue - cost,
        share=(revenue - cost) / revenue if revenue > 0 else None,
        uncovered=len(lines) - len(known),
    )
