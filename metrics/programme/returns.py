"""Return and cost of the programme: TCO, hard and soft benefits, ROI, NPV, IRR and payback, with their assumptions."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import QuerySet, Value

from accounts.access import Reader
from crm.common.company.current import company
from metrics.kpis import find_kpi
from metrics.models import Baseline, Benefit, CostEntry, Evaluation, Rollout
from metrics.programme.benefits import NOTHING, Valued, Worth, entered_amounts, value_benefit
from metrics.programme.costs import MIN_YEARS, Ownership, find_costs, ownership
from metrics.statistics import finance
from metrics.verdicts.reading import shape_of


@dataclass(frozen=True, slots=True)
class Returns:
    """One reading of the same costs and benefits. `roi` is a ratio of present values (3.29 is 329 %); times in years.

    None: not defined (nothing spent, never paid back, no single rate).
    """

    pv_cost: Decimal
    pv_benefit: Decimal
    npv: Decimal
    roi: Decimal | None
    irr: float | None
    payback: Decimal | None
    discounted_payback: Decimal | None


@dataclass(frozen=True, slots=True)
class BenefitSum:
    """Proven benefit of one hardness over all years, its interval, the same claimed, and proven by year."""

    proven: Worth
    claimed: Worth
    by_year: tuple[Worth, ...]


@dataclass(frozen=True, slots=True)
class ReturnOnInvestment:
    """`proven`: entered amounts and KPIs judged improved, with its `low` and `high` end; `hard`: proven hard ones only;
    `claimed`: every benefit at face value, whatever its verdict.
    """

    as_of: date
    start: date
    currency: str
    rate: Decimal
    years: int
    cost: Ownership
    benefits: tuple[Valued, ...]
    hard_benefit: BenefitSum
    soft_benefit: BenefitSum
    proven: Returns
    low: Returns
    high: Returns
    hard: Returns
    claimed: Returns


def return_on_investment(reader: Reader, *, as_of: date, rate: Decimal | None = None) -> ReturnOnInvestment:
    """Read costs, benefits and the newest verdicts up to `as_of`, and put them on one line of years.

    Year 0 is everything up to the start (first go-live, else first cost); the amounts of year k count at its end.
    `rate` a year, default `CRM_DISCOUNT_RATE`.
    """
    start = start_of_programme(reader, as_of=as_of)
    costs = find_costs(reader, start=start)
    benefits = list(Benefit.objects.visible_to(reader))
    years = max(MIN_YEARS, *(cost.year for cost in costs), *_entered_years(benefits), 0)
    valued = tuple(_valued(reader, benefits, as_of=as_of, start=start, years=years))
    used = Decimal(settings.CRM_DISCOUNT_RATE) if rate is None else rate
    return _assembled(
        as_of=as_of, start=start, rate=used, years=years, cost=ownership(costs, years=years), benefits=valued
    )


def start_of_programme(reader: Reader, *, as_of: date) -> date:
    """First go-live by the rollout, else by a baseline, else the first cost, else `as_of`. One query."""
    days = (
        _first(Rollout.objects.visible_to(reader), "went_live_on", place=1),
        _first(Baseline.objects.visible_to(reader), "go_live_on", place=2),
        _first(CostEntry.objects.visible_to(reader), "date", place=3),
    )
    found = dict(days[0].union(*days[1:], all=True))
    return found[min(found)] if found else as_of


def _first(rows: QuerySet[Any], field: str, *, place: int) -> Any:
    return rows.order_by(field).annotate(place=Value(place)).values_list("place", field)[:1]


def _entered_years(benefits: Iterable[Benefit]) -> list[int]:
    return [year for benefit in benefits for year, _amount in entered_amounts(benefit)]


def _valued(reader: Reader, benefits: Sequence[Benefit], *, as_of: date, start: date, years: int) -> Iterable[Valued]:
    evaluations = _newest_evaluations(reader, {benefit.kpi for benefit in benefits if benefit.kpi}, as_of=as_of)
    for benefit in benefits:
        kpi = find_kpi(benefit.kpi)
        yield value_benefit(
            benefit,
            evaluation=evaluations.get((benefit.kpi, benefit.team_id)),
            shape=shape_of(kpi) if kpi else None,
            higher_is_better=kpi.higher_is_better if kpi else True,
            start=start,
            years=years,
        )


def _newest_evaluations(
    reader: Reader, kpis: Iterable[str], *, as_of: date
) -> Mapping[tuple[str, int | None], Evaluation]:
    found = (
        Evaluation.objects.visible_to(reader)
        .filter(kpi__in=kpis, as_of__lte=as_of, channel="", tier=None)
        .select_related("baseline")
        .order_by("kpi", "team_id", "-as_of")
        .distinct("kpi", "team_id")
    )
    return {(each.kpi, each.team_id): each for each in found}


def _assembled(
    *, as_of: date, start: date, rate: Decimal, years: int, cost: Ownership, benefits: tuple[Valued, ...]
) -> ReturnOnInvestment:
    hard = [each for each in benefits if each.hardness == Benefit.Hardness.HARD]
    soft = [each for each in benefits if each.hardness == Benefit.Hardness.SOFT]
    proven, claimed = (
        _by_year([each.proven for each in benefits], years),
        _by_year([each.claimed for each in benefits], years),
    )
    costs = cost.total.by_year

    def of(flows: Iterable[Decimal]) -> Returns:
        return returns(benefits=list(flows), costs=costs, rate=rate)

    return ReturnOnInvestment(
        as_of=as_of,
        start=start,
        currency=company().currency,
        rate=rate,
        years=years,
        cost=cost,
        benefits=benefits,
        hard_benefit=_summed(hard, years),
        soft_benefit=_summed(soft, years),
        proven=of(worth.value for worth in proven),
        low=of(worth.low for worth in proven),
        high=of(worth.high for worth in proven),
        hard=of(worth.value for worth in _by_year([each.proven for each in hard], years)),
        claimed=of(worth.value for worth in claimed),
    )


def returns(*, benefits: Sequence[Decimal], costs: Sequence[Decimal], rate: Decimal) -> Returns:
    """All figures of one pair of yearly series, year 0 first."""
    flows = finance.net_flows(benefits, costs)
    return Returns(
        pv_cost=finance.present_value(costs, rate=rate),
        pv_benefit=finance.present_value(benefits, rate=rate),
        npv=finance.present_value(flows, rate=rate),
        roi=finance.return_on_investment(benefits=benefits, costs=costs, rate=rate),
        irr=finance.internal_rate_of_return(flows),
        payback=finance.payback_years(flows) if any(costs) else None,
        discounted_payback=finance.payback_years(flows, rate=rate) if any(costs) else None,
    )


def _summed(benefits: Sequence[Valued], years: int) -> BenefitSum:
    by_year = _by_year([each.proven for each in benefits], years)
    return BenefitSum(
        proven=sum(by_year, NOTHING),
        claimed=sum(_by_year([each.claimed for each in benefits], years), NOTHING),
        by_year=by_year,
    )


def _by_year(series: Sequence[tuple[Worth, ...]], years: int) -> tuple[Worth, ...]:
    return tuple(sum((each[year] for each in series), NOTHING) for year in range(years + 1))
