from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from metrics.engine.figures import as_json, row
from metrics.engine.series import Point
from metrics.kpis import get_kpi

DAY = date(2026, 3, 1)


@pytest.mark.parametrize(
    ("amount", "unit", "written"),
    [
        (None, "count", "None"),
        (None, "money", "None"),
        ("7", "count", "7"),
        ("7.000", "ms", "7"),
        ("0", "count", "0"),
        ("-2.5", "ms", "-2.5"),
        ("19.98", "money", "Decimal('19.9800')"),
        ("0", "money", "Decimal('0.0000')"),
        ("0.00005", "money", "Decimal('0.0000')"),
        ("0.00015", "money", "Decimal('0.0002')"),
    ],
)
def test_money_keeps_four_places_and_what_is_whole_is_written_whole(
    amount: str | None, unit: str, written: str
) -> None:
    assert repr(as_json(None if amount is None else Decimal(amount), unit)) == written


def point(numerator: Any, denominator: Any, value: Any, n: int) -> Point:
    amounts = [None if each is None else Decimal(each) for each in (numerator, denominator, value)]
    return Point("2026-03", DAY, DAY, amounts[0], amounts[1], n, {}, amounts[2])


@pytest.mark.parametrize(
    ("kpi", "found", "written"),
    [
        ("asa", point("25.5", 3, "8.5", 3), (25.5, 3, 8.5, 3)),
        ("revenue", point("19.98", None, "19.98", 1), (Decimal("19.9800"), None, Decimal("19.9800"), 1)),
        ("operating_cost_ratio", point(1, 4, "0.25", 1), (Decimal("1.0000"), Decimal("4.0000"), 0.25, 1)),
        ("csat", point(None, None, None, 0), (None, None, None, 0)),
    ],
)
def test_each_figure_of_a_row_has_its_own_unit(kpi: str, found: Point, written: tuple[Any, ...]) -> None:
    names = ("numerator", "denominator", "value", "n")
    shown = row(get_kpi(kpi), found)

    assert shown == {"period": "2026-03", **dict(zip(names, written, strict=True))}
    assert [type(shown[name]) for name in names] == [type(each) for each in written]
