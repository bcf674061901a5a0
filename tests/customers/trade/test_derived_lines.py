"""Order lines follow their order and their product, whoever writes: these tests write SQL."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction

from customers.models import Order, OrderLine, Product, Tier
from tests.beside import beside
from tests.factories.accounts import TeamFactory
from tests.factories.trade import OrderFactory, OrderLineFactory, ProductFactory, ProductGroupFactory

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 31, 12, tzinfo=UTC)


def execute(statement: str, *parameters: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def lines() -> list[dict[str, Any]]:
    columns = ("day", "counted", "team_id", "tier_id", "product_group_id", "cost_company")
    return list(OrderLine.objects.order_by("pk").values(*columns))


def line(**changes: Any) -> dict[str, Any]:
    """A line as `insert_line` gives it to an order of `AT`, with what differs."""
    usual = {"day": AT.date(), "counted": True, "team_id": None, "tier_id": None, "product_group_id": None}
    return usual | {"cost_company": Decimal(0)} | changes


def insert_line(order: Order, product: Product | None = None, *, unit_cost: str = "0") -> None:
    """Says nothing right of what follows from order and product."""
    execute(
        "INSERT INTO customers_orderline (order_id, product_id, quantity, unit_price, unit_cost, amount_company,"
        f" cost_company, day, counted, team_id) VALUES (%s, %s, 3, 10, {unit_cost}, 30, 0, '1999-01-01', false, NULL)",
        order.pk,
        product.pk if product else None,
    )


def test_an_inserted_line_takes_all_from_its_order_and_product() -> None:
    team, gold = TeamFactory.create(), Tier.objects.get(key="gold")
    product = ProductFactory.create(group=ProductGroupFactory.create(), unit_cost=Decimal("2.5"))
    insert_line(OrderFactory.create(placed_at=AT, team=team, tier=gold), product)
    insert_line(OrderFactory.create(placed_at=AT, status="cancelled"), product, unit_cost="NULL")
    insert_line(OrderFactory.create(placed_at=AT, status="returned"))
    assert lines() == [
        line(team_id=team.pk, tier_id=gold.pk, product_group_id=product.group_id),
        line(counted=False, product_group_id=product.group_id, cost_company=Decimal("7.5")),
        line(),
    ]


@pytest.mark.parametrize(
    "wrong", ["counted = false", "day = '1999-01-01'", "team_id = NULL", "tier_id = 3", "product_group_id = NULL"]
)
def test_a_line_that_is_set_wrong_is_put_right(wrong: str) -> None:
    product = ProductFactory.create(group=ProductGroupFactory.create())
    insert_line(OrderFactory.create(placed_at=AT, team=TeamFactory.create()), product)
    before = lines()
    execute(f"UPDATE customers_orderline SET {wrong}")
    assert lines() == before


def test_cancelling_orders_takes_their_lines_out_of_the_figures() -> None:
    cancelled, kept = OrderFactory.create_batch(2, placed_at=AT)
    for order in (cancelled, cancelled, kept):
        insert_line(order)
    execute("UPDATE customers_order SET status = 'cancelled' WHERE id = %s", cancelled.pk)
    assert [found["counted"] for found in lines()] == [False, False, True]
    execute("UPDATE customers_order SET status = 'shipped'")
    assert [found["counted"] for found in lines()] == [True, True, True]


def test_lines_go_to_the_day_team_and_tier_of_their_order() -> None:
    team = TeamFactory.create()
    insert_line(OrderFactory.create(placed_at=AT))
    execute("UPDATE customers_order SET placed_at = '2026-01-02T00:30Z', team_id = %s, tier_id = 2", team.pk)
    assert lines() == [line(day=date(2026, 1, 2), team_id=team.pk, tier_id=2)]


def test_a_line_moved_to_another_order_follows_that_one() -> None:
    insert_line(OrderFactory.create(placed_at=AT))
    execute("UPDATE customers_orderline SET order_id = %s", OrderFactory.create(placed_at=AT, status="cancelled").pk)
    assert lines() == [line(counted=False)]


def test_lines_follow_the_group_of_their_product_and_its_cost_where_they_have_none() -> None:
    product, group = ProductFactory.create(unit_cost=Decimal(2)), ProductGroupFactory.create()
    order = OrderFactory.create(placed_at=AT)
    insert_line(order, product, unit_cost="NULL")
    insert_line(order, product)
    insert_line(order, ProductFactory.create(), unit_cost="NULL")
    execute("UPDATE customers_product SET group_id = %s, unit_cost = 3 WHERE id = %s", group.pk, product.pk)
    assert lines() == [
        line(product_group_id=group.pk, cost_company=Decimal(9)),
        line(product_group_id=group.pk),
        line(cost_company=None),
    ]
    execute("UPDATE customers_product SET group_id = NULL, unit_cost = NULL")
    assert lines() == [line(cost_company=None), line(), line(cost_company=None)]


def test_lines_that_are_right_already_are_not_written_again() -> None:
    OrderLineFactory.create(order=OrderFactory.create(placed_at=AT, team=TeamFactory.create()))
    execute("CREATE TEMP TABLE before AS SELECT ctid AS place FROM customers_orderline")
    execute("UPDATE customers_order SET amount = 7, customer_id = NULL")
    execute("UPDATE customers_product SET name = 'another'")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM customers_orderline l JOIN before ON place = l.ctid")
        assert cursor.fetchone() == (1,)


@pytest.mark.django_db(transaction=True)
def test_a_line_that_comes_while_its_order_is_cancelled_is_not_counted() -> None:
    order = OrderFactory.create(placed_at=AT)
    with beside() as other:
        with transaction.atomic():
            execute("UPDATE customers_order SET status = 'cancelled'")
            other.start(
                "INSERT INTO customers_orderline (order_id, quantity, unit_price, amount_company, day, counted)"
                f" VALUES ({order.pk}, 1, 1, 1, '2026-03-31', true)"
            )
            other.wait_until_it_waits()
        other.commit()
    assert [found["counted"] for found in lines()] == [False]


@pytest.mark.django_db(transaction=True)
def test_a_line_that_is_there_but_not_committed_is_waited_for_and_cancelled_too() -> None:
    order = OrderFactory.create(placed_at=AT)
    with beside() as other:
        with transaction.atomic():
            insert_line(order)
            other.start("UPDATE customers_order SET status = 'cancelled'")
            other.wait_until_it_waits()
        other.commit()
    assert [found["counted"] for found in lines()] == [False]
