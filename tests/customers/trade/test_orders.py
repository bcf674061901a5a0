from decimal import Decimal

import pytest

from customers.models import Order, OrderLine
from customers.trade.orders import LINES_SHOWN, Margin, counts, margin, with_bought
from tests.factories.trade import OrderFactory, OrderLineFactory, ProductFactory

pytestmark = pytest.mark.django_db


def test_the_first_lines_of_an_order_and_one_more_than_is_shown() -> None:
    order = OrderFactory.create()
    named, coded = ProductFactory.create(name="Bolt"), ProductFactory.create(name="", code="X7")
    for product in (named, coded, None, named, named, named):
        OrderLineFactory.create(order=order, product=product, quantity=Decimal("1.5"))
    bought = with_bought(Order.objects.all()).get().bought
    assert [line["product"] for line in bought] == ["Bolt", "X7", None, "Bolt", "Bolt"]
    assert (len(bought), bought[0]["quantity"]) == (LINES_SHOWN + 1, 1.5)


def test_the_margin_is_of_the_lines_whose_cost_is_known() -> None:
    order = OrderFactory.create(lines=[("2", "10", "4"), ("1", "100", None)])
    assert margin(list(order.lines.all())) == Margin(
        cost=Decimal(8), margin=Decimal(12), share=Decimal("0.6"), uncovered=1
    )


@pytest.mark.parametrize("status", Order.Status.values)
def test_an_order_counts_when_its_lines_do(status: str) -> None:
    order = OrderFactory.create(status=status, lines=[("1", "10", None)])
    found = Order.objects.extra(where=[counts("customers_order")])  # noqa: S610 - a constant
    assert found.exists() is order.lines.get().counted


def test_without_revenue_there_is_no_share() -> None:
    returned = [OrderLine(amount_company=Decimal(-10), cost_company=Decimal(-4))]
    assert margin(returned) == Margin(cost=Decimal(-4), margin=Decimal(-6), share=None, uncovered=0)
    assert margin([]) == Margin(cost=Decimal(0), margin=Decimal(0), share=None, uncovered=0)
