"""Figures as JSON: counts and shares as numbers, durations as seconds, money as decimal strings."""

from decimal import Decimal
from typing import Any

from metrics.engine.base import Kpi
from metrics.engine.series import Point

VALUE_UNITS = {"money": "money", "seconds": "ms"}


def as_json(amount: Decimal | None, unit: str) -> int | float | Decimal | None:
    """`unit`: that of the components: count, ms or money. Decimals become strings where they are written."""
    if amount is None or unit == "money":
        return None if amount is None else amount.quantize(Decimal("0.0001"))
    return int(amount) if amount == amount.to_integral_value() else float(amount)


def row(kpi: Kpi, point: Point) -> dict[str, Any]:
    return {
        "period": point.period,
        "numerator": as_json(point.numerator, kpi.numerator_unit),
        "denominator": as_json(point.denominator, kpi.denominator_unit),
        "value": as_json(point.value, VALUE_UNITS.get(kpi.unit, "count")),
        "n": point.n,
    }
