"""What the programme returns: a KPI's change in money, or amounts entered with their evidence."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _

from crm.common.days import add_months
from crm.common.errors import DomainError
from metrics.engine.average_month import YEAR_DAYS
from metrics.models import Benefit, Evaluation
from metrics.verdicts.figures import Shape

ZERO, ONE = Decimal(0), Decimal(1)
MONTHS = Decimal(12)
HUNDRED = Decimal(100)
LAST_YEAR = 30


class UnreadableAmounts(DomainError):
    """The amounts by year of a benefit are not a list of a year after go-live and an amount."""

    def __init__(self, benefit: Benefit) -> None:
        super().__init__(
            _("Benefit %(name)s: each amount needs a year counted from go-live (0 to %(last)s) and a number.")
            % {"name": benefit.name, "last": LAST_YEAR}
        )


@dataclass(frozen=True, slots=True)
class Worth:
    """Money a year: the estimate and the ends of its 95 % interval (the same thrice where there is none)."""

    value: Decimal
    low: Decimal
    high: Decimal

    def times(self, factor: Decimal) -> "Worth":
        return Worth(self.value * factor, self.low * factor, self.high * factor)

    def __add__(self, other: "Worth") -> "Worth":
        return Worth(self.value + other.value, self.low + other.low, self.high + other.high)


NOTHING = Worth(ZERO, ZERO, ZERO)
PROVEN_VERDICTS = frozenset({Evaluation.Verdict.IMPROVED, Evaluation.Verdict.WORSE})


@dataclass(frozen=True, slots=True)
class Valued:
    """One benefit in money. `claimed` is what its figures say, `proven` what a verdict ("improved", or "worse": a
    proven loss) or entered evidence stands behind; both by year, year 0 first. `verdict` is '' for entered amounts.
    """

    benefit_id: int
    name: str
    hardness: str
    kpi: str
    verdict: str
    reason_details: Mapping[str, object]
    evidence: str
    share: Decimal
    unit_value: Decimal | None
    yearly_volume: Decimal | None
    claimed: tuple[Worth, ...]
    proven: tuple[Worth, ...]


def value_benefit(
    benefit: Benefit,
    *,
    evaluation: Evaluation | None,
    shape: Shape | None,
    higher_is_better: bool,
    start: date,
    years: int,
) -> Valued:
    """`evaluation`, `shape` and direction are those of the benefit's KPI; None for entered amounts."""
    if benefit.kpi:
        yearly, volume = _kpi_worth(benefit, evaluation, shape, higher_is_better=higher_is_better)
        live_on = evaluation.baseline.go_live_on if evaluation and evaluation.baseline else start
        claimed = tuple(yearly.times(_live_part(year, start=start, live_on=live_on)) for year in range(years + 1))
    else:
        claimed, volume = _entered(benefit, years), None
    verdict = evaluation.verdict if evaluation else ("no_data" if benefit.kpi else "")
    stands = not benefit.kpi or verdict in PROVEN_VERDICTS
    return Valued(
        benefit_id=benefit.pk,
        name=benefit.name,
        hardness=benefit.hardness,
        kpi=benefit.kpi,
        verdict=verdict,
        reason_details=evaluation.details if evaluation else {},
        evidence=benefit.evidence,
        share=benefit.share,
        unit_value=benefit.unit_value,
        yearly_volume=volume,
        claimed=claimed,
        proven=claimed if stands else (NOTHING,) * (years + 1),
    )


def entered_amounts(benefit: Benefit) -> list[tuple[int, Decimal]]:
    """(Year counted from go-live, amount) as entered. Raises UnreadableAmounts, on a calendar year for one."""
    try:
        found = [(int(entry["year"]), Decimal(str(entry["amount"]))) for entry in benefit.amounts]
    except (KeyError, TypeError, ValueError, InvalidOperation) as error:
        raise UnreadableAmounts(benefit) from error
    if not all(0 <= year <= LAST_YEAR and amount.is_finite() for year, amount in found):
        raise UnreadableAmounts(benefit)
    return found


def _entered(benefit: Benefit, years: int) -> tuple[Worth, ...]:
    amounts = [ZERO] * (years + 1)
    for year, amount in entered_amounts(benefit):
        amounts[year] += amount * benefit.share
    return tuple(Worth(amount, amount, amount) for amount in amounts)


def _kpi_worth(
    benefit: Benefit, evaluation: Evaluation | None, shape: Shape | None, *, higher_is_better: bool
) -> tuple[Worth, Decimal | None]:
    """Worth of a full year, and the yearly volume it was computed with."""
    if evaluation is None or evaluation.change is None or shape is None or benefit.unit_value is None:
        return NOTHING, None
    volume = _yearly_volume(benefit, evaluation, shape)
    ends = [evaluation.change if end is None else end for end in (evaluation.low, evaluation.high)]
    gains = [
        _gain(change, evaluation, shape, higher_is_better=higher_is_better) for change in (evaluation.change, *ends)
    ]
    value, *rest = (gain * benefit.unit_value * volume * benefit.share for gain in gains)
    return Worth(value, min(rest), max(rest)), volume


def _gain(change: float, evaluation: Evaluation, shape: Shape, *, higher_is_better: bool) -> Decimal:
    """The change in units of the KPI, positive where better: percentage points for shares and ledger ratios, points
    for scores, the unit itself for means, twelve months' worth of it for sums.
    """
    exact, before = Decimal(repr(change)), evaluation.baseline_value or ZERO
    gain = {
        Shape.PROPORTION: exact * HUNDRED,
        Shape.RATIO: exact * HUNDRED,
        Shape.SCORE: exact,
        Shape.MEAN: (exact - ONE) * before,
        Shape.SUM: (exact - ONE) * before * MONTHS,
    }[shape]
    return gain if higher_is_better else -gain


def _yearly_volume(benefit: Benefit, evaluation: Evaluation, shape: Shape) -> Decimal:
    """The things counted in a year, at the rate of the current window; a sum or ledger ratio is its own volume."""
    if benefit.yearly_volume is not None:
        return benefit.yearly_volume
    if shape in (Shape.SUM, Shape.RATIO) or evaluation.current_from is None or evaluation.current_to is None:
        return ONE
    days = (evaluation.current_to - evaluation.current_from).days + 1
    return Decimal(evaluation.n_current or 0) * YEAR_DAYS / days


def _live_part(year: int, *, start: date, live_on: date) -> Decimal:
    """Which part of the year the scope was live; before the start nothing is."""
    if year == 0:
        return ZERO
    first, last = add_months(start, 12 * (year - 1)), add_months(start, 12 * year)
    live = (last - max(first, live_on)).days
    return max(ZERO, min(ONE, Decimal(live) / Decimal((last - first).days)))
