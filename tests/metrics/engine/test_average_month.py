from datetime import date
from decimal import Decimal

import pytest

from metrics.engine.average_month import DAYS, YEAR_DAYS, per_month


def test_a_month_is_the_twelfth_of_a_year_with_its_leap_days() -> None:
    assert (Decimal("365.25"), Decimal("30.4375")) == (YEAR_DAYS, DAYS)


@pytest.mark.parametrize(
    ("total", "first", "last", "expected"),
    [
        ("2", date(2026, 3, 5), date(2026, 3, 5), "60.875"),  # one day
        ("28", date(2026, 2, 1), date(2026, 2, 28), "30.4375"),
        ("29", date(2024, 2, 1), date(2024, 2, 29), "30.4375"),
        ("365", date(2025, 1, 1), date(2025, 12, 31), "30.4375"),
        ("732", date(2024, 1, 1), date(2024, 12, 31), "60.875"),
        ("-31", date(2026, 1, 1), date(2026, 1, 31), "-30.4375"),
        ("0", date(2026, 1, 1), date(2026, 1, 31), "0"),
    ],
)
def test_what_an_average_month_has_of_a_total(total: str, first: date, last: date, expected: str) -> None:
    assert per_month(Decimal(total), first=first, last=last) == Decimal(expected)
