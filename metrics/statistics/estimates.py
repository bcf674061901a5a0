"""The shapes the other modules speak in."""

from dataclasses import dataclass
from statistics import NormalDist

CONFIDENCE = 0.95


class EmptySample(ValueError):
    """There is nothing to compute from; callers say "no data", never 0."""


@dataclass(frozen=True, slots=True)
class Interval:
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with its confidence interval and, for a comparison, the two-sided p of "no difference"."""

    value: float
    low: float
    high: float
    p_value: float


@dataclass(frozen=True, slots=True)
class Quantile:
    """Two-sided critical values: Student's t with `df` degrees of freedom, or the normal where `df` is None."""

    df: int | None = None

    def critical(self, confidence: float = CONFIDENCE) -> float:
        tail = (1 + confidence) / 2
        if self.df is None:
            return NormalDist().inv_cdf(tail)
        from scipy.special import stdtrit  # noqa: PLC0415 - heavy: scipy

        return float(stdtrit(self.df, tail))

    def p_value(self, statistic: float) -> float:
        if self.df is None:
            return 2 * NormalDist().cdf(-abs(statistic))
        from scipy.special import stdtr  # noqa: PLC0415 - heavy: scipy

        return 2 * float(stdtr(self.df, -abs(statistic)))


NORMAL = Quantile()
