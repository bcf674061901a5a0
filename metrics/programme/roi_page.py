"""The page of return and cost: what `metrics.programme.returns` found, with the cash over the years as a chart."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import accumulate

from django.utils.translation import gettext as _

from accounts.access import Reader
from crm.common.charts import Chart, Series
from crm.common.company.current import company
from metrics.engine.base import Kpi
from metrics.kpis.catalogue import find_kpi
from metrics.kpis.words import kpi_name
from metrics.models import CostEntry
from metrics.programme.benefits import Valued, Worth
from metrics.programme.costs import USUAL_RUNNING_SHARE, USUAL_YEAR_ONE_SHARE
from metrics.programme.returns import ReturnOnInvestment, return_on_investment
from metrics.verdicts.reasons import render_stored
from metrics.verdicts.standing import is_outdated

ZERO = Decimal(0)


@dataclass(frozen=True, kw_only=True)
class BenefitLine:
    """A benefit over all years of the page. `reason`: why its KPI's verdict is what it is."""

    valued: Valued
    kpi_name: str
    proven: Worth
    claimed: Worth
    reason: str


@dataclass(frozen=True, kw_only=True)
class CostRow:
    label: str
    by_year: tuple[Decimal, ...]
    planned: Decimal
    actual: Decimal
    expected: Decimal
    overrun: Decimal


@dataclass(frozen=True, kw_only=True)
class RoiPage:
    result: ReturnOnInvestment
    costs: tuple[CostRow, ...]
    total: CostRow
    hard: tuple[BenefitLine, ...]
    soft: tuple[BenefitLine, ...]
    outdated: tuple[Kpi, ...]
    chart: Chart

    usual_year_one_share = USUAL_YEAR_ONE_SHARE
    usual_running_share = USUAL_RUNNING_SHARE

    @property
    def years(self) -> list[int]:
        return list(range(self.result.years + 1))

    @property
    def is_empty(self) -> bool:
        return not self.result.benefits and not self.costs


def roi_page(reader: Reader, *, as_of: date) -> RoiPage:
    result = return_on_investment(reader, as_of=as_of)
    lines = [_benefit_line(one) for one in result.benefits]
    return RoiPage(
        result=result,
        costs=tuple(_cost_row(line, str(CostEntry.Category(line.category).label)) for line in result.cost.lines),
        total=_cost_row(result.cost.total, _("Total")),
        hard=tuple(line for line in lines if line.valued.hardness == "hard"),
        soft=tuple(line for line in lines if line.valued.hardness == "soft"),
        outdated=tuple(_outdated(result)),
        chart=cash_chart(result),
    )


def _outdated(result: ReturnOnInvestment) -> Iterator[Kpi]:
    """Those on whose verdict a benefit rests that was judged by rules that have changed since."""
    for benefit in result.benefits:
        kpi = find_kpi(benefit.kpi)
        if kpi is not None and is_outdated(kpi, benefit.reason_details):
            yield kpi


def _cost_row(line: object, label: str) -> CostRow:
    fields = ("by_year", "planned", "actual", "expected", "overrun")
    return CostRow(label=label, **{field: getattr(line, field) for field in fields})


def _benefit_line(valued: Valued) -> BenefitLine:
    return BenefitLine(
        valued=valued,
        kpi_name=kpi_name(valued.kpi) if valued.kpi else "",
        proven=_sum(valued.proven),
        claimed=_sum(valued.claimed),
        reason=render_stored(valued.reason_details),
    )


def _sum(worths: Iterable[Worth]) -> Worth:
    return sum(worths, Worth(ZERO, ZERO, ZERO))


def cash_chart(result: ReturnOnInvestment) -> Chart:
    """The running sum of benefit less cost by year, proven with its interval, and as claimed."""
    costs = result.cost.total.by_year
    proven = [_sum(one.proven[year] for one in result.benefits) for year in range(result.years + 1)]
    claimed = [_sum(one.claimed[year] for one in result.benefits).value for year in range(result.years + 1)]
    return Chart(
        key="cash",
        title=cash_finding(result),
        x=[_("Start"), *[_("Year %(year)s") % {"year": year} for year in range(1, result.years + 1)]],
        series=[
            Series(
                name=_("Proven"),
                values=_running([one.value for one in proven], costs),
                low=_running([one.low for one in proven], costs),
                high=_running([one.high for one in proven], costs),
            ),
            Series(name=_("Claimed"), values=_running(claimed, costs)),
        ],
        format="money",
        unit=company().currency,
        x_label=_("Year"),
        baseline=None,
    )


def _running(benefits: Sequence[Decimal], costs: Sequence[Decimal]) -> list[Decimal]:
    return list(accumulate(benefit - cost for benefit, cost in zip(benefits, costs, strict=True)))


def cash_finding(result: ReturnOnInvestment) -> str:
    """What the chart shows, in a sentence."""
    if not result.cost.total.expected:
        return _("Cash over the years: no costs entered yet")
    if result.proven.payback is not None and result.proven.discounted_payback is None:
        return _("What is proven pays back after %(years)s years, but not once money costs %(rate)s%% a year") % {
            "years": round(result.proven.payback, 1),
            "rate": f"{(result.rate * 100).normalize():f}",
        }
    if result.proven.payback is not None:
        return _("What is proven pays the programme back after %(years)s years") % {
            "years": round(result.proven.payback, 1)
        }
    if result.claimed.payback is not None:
        return _("Only on what is claimed, not on what is proven, does the programme pay back (%(years)s years)") % {
            "years": round(result.claimed.payback, 1)
        }
    return _("The programme does not pay back within %(years)s years") % {"years": result.years}
