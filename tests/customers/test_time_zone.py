from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.core.checks import run_checks
from pytest_django.fixtures import Settings

from customers.models import Interaction, Order, OrderLine
from customers.time_zone import change_time_zone, stored_zone

pytestmark = pytest.mark.django_db


@pytest.fixture
def late_order() -> Order:
    placed = datetime(2026, 3, 31, 20, 30, tzinfo=UTC)
    order = Order.objects.create(
        number="1", placed_at=placed, status="placed", currency="EUR", amount=Decimal(5), amount_company=Decimal(5)
    )
    OrderLine.objects.create(
        order=order, quantity=1, unit_price=Decimal(5), amount_company=Decimal(5), day=date(2026, 3, 31)
    )
    return order


def test_days_move_with_the_zone(late_order: Order, settings: Settings) -> None:
    Interaction.objects.create(channel="phone", occurred_at=datetime(2026, 3, 31, 12, 0, tzinfo=UTC))
    assert stored_zone() == "UTC"
    assert late_order.day == date(2026, 3, 31)
    settings.TIME_ZONE = "Asia/Shanghai"

    assert change_time_zone() == 1

    late_order.refresh_from_db()
    assert stored_zone() == "Asia/Shanghai"
    assert late_order.day == date(2026, 4, 1)
    assert late_order.lines.get().day == date(2026, 4, 1)
    assert Interaction.objects.get().day == date(2026, 3, 31)
    assert change_time_zone() == 0


def test_a_zone_that_does_not_match_is_an_error(settings: Settings) -> None:
    assert run_checks(tags=["database"], databases=["default"]) == []
    settings.TIME_ZONE = "Asia/Shanghai"

    (error,) = run_checks(tags=["database"], databases=["default"])

    assert error.id == "customers.E001"
    assert error.msg == "The stored days are cut in UTC, but CRM_TIME_ZONE is Asia/Shanghai."
