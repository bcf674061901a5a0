from datetime import date
from decimal import Decimal

import pytest

from accounts.access import OPERATOR
from metrics.models import CostEntry
from metrics.programme.costs import Cost, find_costs, ownership, year_of

START = date(2024, 3, 1)


@pytest.mark.parametrize(
    ("day", "year"),
    [
        (date(2023, 1, 1), 0),
        (date(2024, 3, 1), 0),
        (date(2024, 3, 2), 1),
        (date(2025, 3, 1), 1),
        (date(2025, 3, 2), 2),
        (date(2027, 3, 1), 3),
    ],
)
def test_a_year_ends_on_the_anniversary_of_the_start(day: date, year: int) -> None:
    assert year_of(day, start=START) == year


def test_what_was_paid_counts_else_what_is_planned() -> None:
    assert Cost("licence", 1, planned=Decimal(10), actual=Decimal(12)).expected == 12
    assert Cost("licence", 1, planned=Decimal(10), actual=None).expected == 10
    assert Cost("licence", 1, planned=Decimal(10), actual=Decimal(0)).expected == 0


def test_ownership_by_category_and_year() -> None:
    costs = [
        Cost("licence", 1, planned=Decimal(100), actual=Decimal(110)),
        Cost("licence", 2, planned=Decimal(100), actual=None),
        Cost("training", 0, planned=None, actual=Decimal(190)),
    ]

    found = ownership(costs, years=3)

    assert [line.category for line in found.lines] == ["licence", "training"]
    assert [int(amount) for amount in found.lines[0].by_year] == [0, 110, 100, 0]
    assert [int(each) for each in (found.total.planned, found.total.actual, found.total.expected)] == [200, 300, 400]
    assert found.total.overrun == 10
    assert found.year_one_share == Decimal("0.75")
    assert found.running_share == Decimal("0.525")


def test_nothing_spent_has_no_shares() -> None:
    found = ownership([], years=3)

    assert (found.lines, found.year_one_share, found.running_share) == ((), None, None)
    assert not any(found.total.by_year)


@pytest.mark.django_db
def test_costs_are_read_in_the_companys_currency() -> None:
    CostEntry.objects.create(
        date=date(2024, 6, 1), category="training", currency="USD", planned=100, planned_company=Decimal("90.5")
    )
    CostEntry.objects.create(date=date(2024, 2, 1), category="licence", currency="EUR", actual=Decimal(50))

    assert find_costs(OPERATOR, start=START) == [
        Cost("licence", 0, planned=None, actual=Decimal(50)),
        Cost("training", 1, planned=Decimal("90.5"), actual=None),
    ]
