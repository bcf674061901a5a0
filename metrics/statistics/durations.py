"""Mean durations: the ratio of two means by resampling days."""

from __future__ import annotations

from math import exp, log, sqrt
from typing import TYPE_CHECKING

from metrics.statistics.clustering import Days, Inflation, block_variance, inflation
from metrics.statistics.estimates import CONFIDENCE, EmptySample, Estimate, Quantile

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

RESAMPLES = 2000
MIN_DAYS = 7


def ratio_of_means(
    now: Days, before: Days, *, spread: Inflation, confidence: float = CONFIDENCE, seed: int = 1
) -> Estimate:
    """Mean now / mean before, where a mean is Σ durations / Σ things; interval on the log scale.

    Whole days are drawn with replacement, because the calls of a day resemble each other; `spread` (from
    `duration_inflation`) widens for what weeks and months add to that. The p is of "ratio is 1".
    Raises EmptySample where a window has under seven days or a mean of 0.
    """
    import numpy as np  # noqa: PLC0415 - heavy: numpy

    rng = np.random.default_rng(seed)
    value = log(_mean(now) / _mean(before))
    error = sqrt((_log_variance(now, rng) + _log_variance(before, rng)) * spread.factor)
    quantile = Quantile(spread.df or min(len(now), len(before)) - 1)
    half = quantile.critical(confidence) * error
    p_value = quantile.p_value(value / error) if error > 0 else float(value == 0)
    return Estimate(value=exp(value), low=exp(value - half), high=exp(value + half), p_value=p_value)


def duration_inflation(*windows: Days) -> Inflation:
    """By how much weeks and months spread more than independent days would."""
    return inflation([(days, block_variance(days, block_days=1)[0]) for days in windows])


def _mean(days: Days) -> float:
    total, count = sum(days.numerators), sum(days.denominators)
    if len(days) < MIN_DAYS or count <= 0 or total <= 0:
        raise EmptySample("a mean to compare needs seven days with data and a value above 0")
    return total / count


def _log_variance(days: Days, rng: np.random.Generator) -> float:
    """Variance of log(Σ numerator / Σ denominator) over resampled days."""
    import numpy as np  # noqa: PLC0415 - heavy: numpy

    drawn = rng.integers(0, len(days), size=(RESAMPLES, len(days)))
    sums = _totals(days.numerators, drawn) / _totals(days.denominators, drawn)
    return float(np.log(np.maximum(sums, np.finfo(float).tiny)).var(ddof=1))


def _totals(values: tuple[float, ...], drawn: NDArray[np.int64]) -> NDArray[np.float64]:
    import numpy as np  # noqa: PLC0415 - heavy: numpy

    totals: NDArray[np.float64] = np.asarray(values, dtype=np.float64)[drawn].sum(axis=1)
    return totals
