"""What a verdict is made from and what it is: plain values, no models."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from metrics.engine import average_month
from metrics.engine.base import quotient
from metrics.statistics.clustering import Days
from metrics.verdicts.windows import Window

MONTH_DAYS = float(average_month.DAYS)


class Shape(StrEnum):
    """What kind of figure it is: which test fits, and what `change` means (see `Judgement.change`)."""

    PROPORTION = "proportion"
    MEAN = "mean"
    SCORE = "score"
    SUM = "sum"
    RATIO = "ratio"


@dataclass(frozen=True, slots=True)
class DayFigure:
    """One day with data; `denominator` is None for plain sums."""

    day: date
    numerator: float
    denominator: float | None
    n: int


@dataclass(frozen=True, slots=True)
class Sample:
    """The days of one window that are compared, oldest first. `span` is the window they were taken from.

    `ends`: for a score, promoters and detractors together as a share of the answers.
    """

    span: Window
    days: tuple[DayFigure, ...]
    whole_days: int
    ends: float = 0.0

    @property
    def n(self) -> int:
        return sum(each.n for each in self.days)

    @property
    def numerator(self) -> float:
        return sum(each.numerator for each in self.days)

    @property
    def denominator(self) -> float:
        return sum(each.denominator or 0.0 for each in self.days)

    @property
    def series(self) -> Days:
        return Days(
            ordinals=tuple(each.day.toordinal() for each in self.days),
            numerators=tuple(each.numerator for each in self.days),
            denominators=tuple(each.denominator or 0.0 for each in self.days),
        )

    def value(self, shape: Shape) -> float | None:
        """The figure; for a sum its average a month, so that windows of different length compare. None: no data."""
        if shape is Shape.SUM:
            return self.numerator / self.whole_days * MONTH_DAYS if self.days and self.whole_days else None
        return quotient(self.numerator, self.denominator, shape=shape)

    def only(self, kept: Collection[date]) -> "Sample":
        days = tuple(each for each in self.days if each.day in kept)
        return Sample(span=self.span, days=days, whole_days=len(kept), ends=self.ends)


@dataclass(frozen=True, slots=True)
class MonthFigure:
    """One month of the baseline's series; `covered` is how many of its days the baseline window holds."""

    month: date
    covered: int
    value: float | None
    n: int


@dataclass(frozen=True, slots=True)
class Frozen:
    """A baseline as it was frozen. `source_changed`: its rows are others by now, as a check found it last."""

    sample: Sample
    months: tuple[MonthFigure, ...]
    go_live: date
    chosen_after_go_live: bool = False
    source_changed: bool = False


@dataclass(frozen=True, slots=True)
class Figures:
    """All a verdict needs. `settled_days`: how many of the last days are left out because they may still change.

    `outdated_version`: the definition version of a baseline that was frozen under an older definition.
    """

    shape: Shape
    unit: str
    higher_is_better: bool
    as_of: date
    frozen: Frozen | None
    current: Sample | None = None
    other_changes: tuple[str, ...] = ()
    settled_days: int = 0
    outdated_version: int | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """A sentence by key and its figures as text; `reasons.render` writes it in the reader's language."""

    key: str
    figures: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict and why.

    `change`: now less before (shares as 0 … 1, scores in points), or now / before for means and sums (see `is_ratio`);
    `low` and `high` its 95 % interval, `p` that of no difference: all None where nothing was tested.
    """

    verdict: str
    reasons: tuple[Reason, ...]
    before: float | None = None
    now: float | None = None
    n_before: int | None = None
    n_now: int | None = None
    change: float | None = None
    is_ratio: bool = False
    low: float | None = None
    high: float | None = None
    p: float | None = None
    p_adjusted: float | None = None
    inflation: float | None = None
    season: bool = False
