"""What the programme costs, one by one and by year, and what it returns."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.common.cells import link, link_if, note, or_dash, reason, strong, together, url_of
from crm.common.tables import Column, Empty, Table
from crm.common.templatetags.figures import day, money, money_round, number, percent
from crm.common.templatetags.look import verdict_badge
from metrics.kpis.words import money_exact
from metrics.models import CostEntry
from metrics.programme.benefits import Worth
from metrics.programme.returns import BenefitSum
from metrics.programme.roi_page import BenefitLine, CostRow


def _costs(may_change: bool) -> tuple[Column[CostEntry], ...]:
    def when(cost: CostEntry) -> SafeString:
        return link_if(url_of("metrics:cost", cost.pk) if may_change else "", day(cost.date))

    return (
        Column(key="date", title=_("Date"), cell=when, sort="date"),
        Column(key="category", title=_("Category"), cell=lambda cost: capfirst(cost.get_category_display())),
        Column(key="phase", title=_("Phase"), cell=lambda cost: or_dash(cost.phase)),
        Column(
            key="planned",
            title=_("Planned"),
            cell=lambda cost: money(cost.planned, cost.currency),
            align="end",
            sort="planned_company",
        ),
        Column(
            key="actual",
            title=_("Actual"),
            cell=lambda cost: money(cost.actual, cost.currency),
            align="end",
            sort="actual_company",
        ),
        Column(key="note", title=_("Note"), cell=lambda cost: or_dash(Truncator(cost.note).chars(120))),
    )


COSTS = Table[CostEntry, bool](
    key="programme.costs",
    caption=_("Costs"),
    columns=_costs,
    empty=Empty(
        title=_("No costs yet"),
        text=_(
            "Import them as a file of kind “programme costs”, or type them in: licences, hardware, customisation, "
            "integration, deployment, training, administration and support."
        ),
        icon="receipt",
    ),
)


def _by_year(total: CostRow) -> tuple[Column[CostRow], ...]:
    def amounts(key: str, title: object, at: int) -> Column[CostRow]:
        return Column(
            key=key,
            title=str(title),
            cell=lambda row: money_round(row.by_year[at]),
            align="end",
            foot=money_round(total.by_year[at]),
        )

    years = [_("Start"), *(gettext("Year %(year)s") % {"year": year} for year in range(1, len(total.by_year)))]
    return (
        Column(key="category", title=_("Category"), cell=lambda row: capfirst(row.label), foot=total.label),
        *(amounts(f"year-{at}", title, at) for at, title in enumerate(years)),
        Column(
            key="planned",
            title=_("Planned"),
            cell=lambda row: money_round(row.planned),
            align="end",
            foot=money_round(total.planned),
        ),
        Column(
            key="actual",
            title=_("Actual"),
            cell=lambda row: money_round(row.actual),
            align="end",
            foot=money_round(total.actual),
        ),
        Column(
            key="expected",
            title=_("Expected"),
            cell=lambda row: strong(money_round(row.expected)),
            align="end",
            foot=strong(money_round(total.expected)),
        ),
    )


COSTS_BY_YEAR = Table[CostRow, CostRow](
    key="programme.costs_by_year",
    caption=_("Cost by category and year"),
    columns=_by_year,
    stacked=False,
    css="wrapped",
    empty=Empty(text=_("No costs entered yet.")),
)


@dataclass(frozen=True, kw_only=True)
class Summed:
    """Benefits of one hardness together; `may_change`: whether the reader may open one to change it."""

    total: BenefitSum
    may_change: bool


def _benefits(about: Summed) -> tuple[Column[BenefitLine], ...]:
    def name(line: BenefitLine) -> SafeString:
        address = url_of("metrics:benefit", line.valued.benefit_id) if about.may_change else ""
        return link_if(address, line.valued.name)

    return (
        Column(key="name", title=_("Benefit"), cell=name, foot=strong(gettext("Total")), width="short"),
        Column(key="kpi", title=_("Rests on"), cell=_rests_on),
        Column(
            key="proven",
            title=_("Proven, all years"),
            cell=lambda line: _worth(line.proven),
            align="end",
            foot=strong(money_round(about.total.proven.value)),
        ),
        Column(
            key="claimed",
            title=_("Claimed, all years"),
            cell=lambda line: money_round(line.claimed.value),
            align="end",
            foot=strong(money_round(about.total.claimed.value)),
        ),
        Column(key="assumptions", title=_("Assumptions"), cell=_assumptions, width="long"),
    )


def _rests_on(line: BenefitLine) -> object:
    valued = line.valued
    if not valued.kpi:
        return gettext("entered amounts")
    address = reverse("metrics:kpi", args=[valued.kpi])
    return together(link(address, line.kpi_name), verdict_badge(valued.verdict, line.reason))


def _worth(worth: Worth) -> SafeString:
    ends = {"low": money_round(worth.low), "high": money_round(worth.high)}
    spread = note(gettext("%(low)s to %(high)s") % ends) if worth.low != worth.high else ""
    return together(money_round(worth.value), spread)


def _assumptions(line: BenefitLine) -> SafeString:
    valued = line.valued
    words = percent(valued.share, 0)
    if valued.unit_value is not None:
        words = gettext("%(value)s a unit × %(volume)s a year × %(share)s") % {
            "value": money_exact(valued.unit_value),
            "volume": number(valued.yearly_volume),
            "share": words,
        }
    return together(words, reason(valued.evidence) if valued.evidence else "")


BENEFITS = Table[BenefitLine, Summed](
    key="programme.benefits",
    caption=_("Benefits"),
    columns=_benefits,
    css="wrapped",
    empty=Empty(text=_("None entered yet.")),
)
