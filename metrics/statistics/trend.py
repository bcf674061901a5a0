"""Was the series moving before anything was changed, and would going on like that explain what came?"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, pi, sqrt
from typing import TYPE_CHECKING

from metrics.statistics.estimates import CONFIDENCE, EmptySample, Interval, Quantile

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
    mean: float
    centre: float

    @property
    def is_moving(self) -> bool:
        return self.p_value < SIGNIFICANCE

    def drift(self, month: float) -> float:
        """How far going on like this would carry the figure from its mean by that month."""
        return self.slope * (month - self.centre)

    def drift_interval(self, month: float) -> Interval:
        ends = sorted(slope * (month - self.centre) for slope in (self.low, self.high))
        return Interval(ends[0], ends[1])


def fit_trend(points: Sequence[Point], *, confidence: float = CONFIDENCE) -> Trend:
    """Weighted least squares of the figure on time, t with n − k degrees of freedom.

    From 24 points on, a harmonic pair of the year takes the season out first (k = 4, else 2). Positive
    autocorrelation makes it cry "moving" too often, never too seldom: it errs on the side of not judging.
    Raises EmptySample under three points.
    """
    import numpy as np

    used = [point for point in points if point.weight > 0]
    if len(used) < 3:
        raise EmptySample("a trend needs three points")
    months = np.array([point.month for point in used])
    weights = np.array([point.weight for point in used])
    values = np.array([point.value for point in used])
    centre = float(np.average(months, weights=weights))
    design = _design(months, centre)
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
        mean=float(np.average(values, weights=weights)),
        centre=centre,
    )


def explains(trend: Trend, *, month: float, change: float) -> bool:
    """Whether going on like before would by itself have brought half of the change or more."""
    drift = trend.drift(month)
    return change != 0 and drift / change >= 0.5


def _design(months: Floats, centre: float) -> Floats:
    import numpy as np

    columns = [np.ones_like(months), months - centre]
    if len(months) >= SEASONAL_POINTS:
        columns += [np.sin(2 * pi * months / 12), np.cos(2 * pi * months / 12)]
    return np.column_stack(columns)


def _slope(design: Floats, values: Floats, weights: Floats) -> tuple[float, float]:
    """Slope and its standard error."""
    import numpy as np

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
