"""Net promoter score: its interval and the difference of two."""

from dataclasses import dataclass
from math import sqrt

from metrics.statistics.clustering import NO_INFLATION, Days, Inflation, inflation
from metrics.statistics.estimates import CONFIDENCE, NORMAL, EmptySample, Estimate, Interval, Quantile

ADDED_ENDS = 0.75
ADDED_ANSWERS = 3.0


@dataclass(frozen=True, slots=True)
class Answers:
    """Counts; they may be effective ones and so fractional."""

    promoters: float
    detractors: float
    total: float

    def divided(self, factor: float) -> "Answers":
        return Answers(self.promoters / factor, self.detractors / factor, self.total / factor)

    @property
    def score(self) -> float:
        """−100 … 100."""
        if self.total <= 0:
            raise EmptySample("a score needs at least one answer")
        return 100 * (self.promoters - self.detractors) / self.total

    @property
    def variance(self) -> float:
        """Of one score on the scale −1 … 1 (multinomial)."""
        net = self.score / 100
        return max((self.promoters + self.detractors) / self.total - net * net, 0.0) / self.total

    @property
    def adjusted(self) -> "Answers":
        """With 3/4 promoter, 3/4 detractor and 3 answers more (B. Rocks, The American Statistician 70, 2016)."""
        return Answers(self.promoters + ADDED_ENDS, self.detractors + ADDED_ENDS, self.total + ADDED_ANSWERS)


def score_interval(answers: Answers, *, confidence: float = CONFIDENCE, quantile: Quantile = NORMAL) -> Interval:
    """Adjusted Wald interval of a net promoter score, on −100 … 100."""
    if answers.total <= 0:
        raise EmptySample("a score needs at least one answer")
    adjusted = answers.adjusted
    half = 100 * quantile.critical(confidence) * sqrt(adjusted.variance)
    return Interval(max(adjusted.score - half, -100.0), min(adjusted.score + half, 100.0))


def score_difference(
    now: Answers, before: Answers, *, confidence: float = CONFIDENCE, spread: Inflation = NO_INFLATION
) -> Estimate:
    """Score now less score before in points; adjusted Wald on both sides, n divided by the inflation."""
    value = now.score - before.score
    one, two = (each.divided(spread.factor).adjusted for each in (now, before))
    error = 100 * sqrt(one.variance + two.variance)
    centre, half = one.score - two.score, spread.quantile.critical(confidence) * error
    return Estimate(value, centre - half, centre + half, spread.quantile.p_value(centre / error))


def score_inflation(*windows: tuple[Days, Answers]) -> Inflation:
    """By how much the days of these windows spread more than independent answers would."""
    return inflation([(days, answers.variance if answers.total > 0 else 0.0) for days, answers in windows])
