"""Was the series moving before anything was changed, and would going on like that explain what came?"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, pi, sqrt
from typing import TYPE_CHECKING

from metrics.statistics.estimates import CONFIDENCE, EmptySample, Quantile

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

MIN_POINTS = 12
SEASONAL_POINTS = 24
SIGNIFICANCE = 0.05


@dataclass(frozen=True, slots=True)
class Point:
    """One month: its number on a running scale (months, may be fractional), the figure, and how much it weighs (n)."""

    month: float
    value: float
    weight: float


@dataclass(frozen=True, slots=True)
class Trend:
    """A line through monthly points. `slope` is per month; `df` = points less coefficients."""

    slope: float
    low: float
    high: float
    p_value: float
    points: int
    df: int

    @property
    def is_moving(self) -> bool:
        return self.p_value < SIGNIFICANCE

    def drift(self, *, start: float, end: float) -> float:
        """How far going on like this carries the figure from one month to another."""
        return self.slope * (end - start)


def fit_trend(points: Sequence[Point], *, confidence: float = CONFIDENCE) -> Trend:
    """Weighted least squares of the figure on time, t with n − k degrees of freedom.

    From 24 points on, a harmonic pair of the year takes the season out first (k = 4, else 2). Positive
    autocorrelation makes it cry "moving" too often, never too seldom: it errs on the side of not judging.
    Raises EmptySample under three points.
    """
    import numpy as np  # noqa: PLC0415 - heavy: numpy

    used = [point for point in points if point.weight > 0]
    if len(used) < 3:
        raise EmptySample("a trend needs three points")
    months = np.array([point.month for point in used])
    weights = np.array([point.weight for point in used])
    values = np.array([point.value for point in used])
    design = _design(months)
    slope, error = _slope(design, values, weights / weights.mean())
    df = len(used) - design.shape[1]
    half = Quantile(df).critical(confidence) * error
    return Trend(
        slope=slope,
        low=slope - half,
        high=slope + half,
        p_value=_p_value(slope, error, df),
        points=len(used),
        df=df,
    )


def explains(trend: Trend, *, start: float, end: float, change: float) -> bool:
    """Whether going on like before, from the month compared with to now, brings half of the change or more.

    A slope too uncertain to be called moving still counts here: half a change is easily explained by one.
    """
    return change != 0 and trend.drift(start=start, end=end) / change >= 0.5


def _design(months: Floats) -> Floats:
    import numpy as np  # noqa: PLC0415 - heavy: numpy

    columns = [np.ones_like(months), months - months.mean()]
    if len(months) >= SEASONAL_POINTS:
        columns += [np.sin(2 * pi * months / 12), np.cos(2 * pi * months / 12)]
    return np.column_stack(columns)


def _slope(design: Floats, values: Floats, weights: Floats) -> tuple[float, float]:
    """Slope and its standard error."""
    import numpy as np  # noqa: PLC0415 - heavy: numpy

    root = np.sqrt(weights)
    x, y = design * root[:, None], values * root
    inverse = np.linalg.pinv(x.T @ x)
    coefficients = inverse @ x.T @ y
    residuals = y - x @ coefficients
    df = len(values) - design.shape[1]
    variance = float(residuals @ residuals) / df
    return float(coefficients[1]), sqrt(max(variance * float(inverse[1, 1]), 0.0))


def _p_value(slope: float, error: float, df: int) -> float:
    """A series that lies on a line exactly (but for rounding) is moving when the line is."""
    if abs(slope) < 1e-12 and error < 1e-12:
        return 1.0
    return Quantile(df).p_value(slope / error if error > 0 else inf)
