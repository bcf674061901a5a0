"""Shares: their interval and the difference of two of them."""

from math import sqrt

from metrics.statistics.clustering import NO_INFLATION, Days, Inflation, inflation
from metrics.statistics.estimates import CONFIDENCE, NORMAL, EmptySample, Estimate, Interval, Quantile


def wilson(successes: float, n: float, *, confidence: float = CONFIDENCE, quantile: Quantile = NORMAL) -> Interval:
    """Score interval of a share (E. B. Wilson, JASA 22, 1927). Counts may be effective ones and so fractional."""
    if n <= 0:
        raise EmptySample("a share needs at least one observation")
    z = quantile.critical(confidence)
    share, z2 = successes / n, z * z
    centre = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = z / (1 + z2 / n) * sqrt(max(share * (1 - share), 0.0) / n + z2 / (4 * n * n))
    return Interval(max(centre - half, 0.0), min(centre + half, 1.0))


def difference(
    successes: float,
    n: float,
    base_successes: float,
    base_n: float,
    *,
    confidence: float = CONFIDENCE,
    spread: Inflation = NO_INFLATION,
) -> Estimate:
    """Share now less share before: hybrid score interval (R. G. Newcombe, Statistics in Medicine 17, 1998, method 10).

    `spread` divides both n (effective sample size) and replaces the normal quantile by its t.
    """
    f, quantile = spread.factor, spread.quantile
    now = wilson(successes / f, n / f, confidence=confidence, quantile=quantile)
    before = wilson(base_successes / f, base_n / f, confidence=confidence, quantile=quantile)
    p1, p2 = successes / n, base_successes / base_n
    return Estimate(
        value=p1 - p2,
        low=p1 - p2 - sqrt((p1 - now.low) ** 2 + (before.high - p2) ** 2),
        high=p1 - p2 + sqrt((now.high - p1) ** 2 + (p2 - before.low) ** 2),
        p_value=two_proportion_p(successes / f, n / f, base_successes / f, base_n / f, quantile=quantile),
    )


def two_proportion_p(
    successes: float, n: float, base_successes: float, base_n: float, *, quantile: Quantile = NORMAL
) -> float:
    """Two-sided p of equal shares by the pooled score test (Pearson's chi-squared without correction)."""
    if n <= 0 or base_n <= 0:
        raise EmptySample("both shares need at least one observation")
    pooled = (successes + base_successes) / (n + base_n)
    variance = pooled * (1 - pooled) * (1 / n + 1 / base_n)
    if variance <= 0:
        return 1.0
    return quantile.p_value((successes / n - base_successes / base_n) / sqrt(variance))


def share_inflation(*windows: tuple[Days, float]) -> Inflation:
    """By how much the days of these windows spread more than coin tosses would; each window with its n.

    n is the number of things counted; where the denominator is something else (amounts), n still is.
    """
    return inflation([(days, _binomial_variance(days, n)) for days, n in windows])


def _binomial_variance(days: Days, n: float) -> float:
    total = sum(days.denominators)
    if total <= 0 or n <= 0:
        return 0.0
    share = sum(days.numerators) / total
    return share * (1 - share) / n
