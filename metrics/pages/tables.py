"""The catalogue of KPIs, the figures of one by period, and the scorecard."""

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.common.cells import counted, dimmed, link, note, reason, together
from crm.common.tables import Column, Empty, Table
from crm.common.templatetags.figures import number
from crm.common.templatetags.look import icon, verdict_badge
from metrics.engine.base import Kpi
from metrics.kpis.words import kpi_change, kpi_interval, kpi_total, kpi_value, p_value
from metrics.pages.kpi_page import Period
from metrics.verdicts.lines import Line


def kpi_link(kpi: Kpi, *, team_id: int | None = None) -> SafeString:
    """To the KPI's page, in the scope of a team."""
    query = f"?team={team_id}" if team_id else ""
    return link(reverse("metrics:kpi", args=[kpi.key]) + query, kpi.name)


def _direction(kpi: Kpi) -> SafeString:
    if kpi.higher_is_better:
        return together(icon("arrow-up"), gettext("more"))
    return together(icon("arrow-down"), gettext("less"))


KPIS = Table[Kpi, None](
    key="pages.kpis",
    caption=_("KPIs"),
    columns=(
        Column(key="kpi", title=_("KPI"), cell=kpi_link, width="short"),
        Column(key="definition", title=_("Definition"), cell=lambda kpi: kpi.definition, width="long"),
        Column(key="source", title=_("Made of"), cell=lambda kpi: kpi.data_source, width="long"),
        Column(key="better", title=_("Better is"), cell=_direction, width="fit"),
    ),
    css="wrapped",
)


def _figures(kpi: Kpi) -> tuple[Column[Period], ...]:
    return (
        Column(key="period", title=_("Period"), cell=_period),
        Column(key="value", title=kpi.name, cell=lambda period: kpi_total(period.value, kpi), align="end"),
        # xgettext:no-python-format
        Column(key="interval", title=_("95% interval"), cell=lambda period: _interval(period, kpi), align="end"),
        Column(key="numerator", title=_("Numerator"), cell=lambda period: number(period.numerator), align="end"),
        Column(key="denominator", title=_("Denominator"), cell=lambda period: number(period.denominator), align="end"),
        Column(key="n", title="n", cell=lambda period: number(period.n), align="end"),
    )


def _period(period: Period) -> SafeString:
    live = format_html('<span class="badge bg-azure-lt">{} {}</span>', gettext("Go-live"), period.go_live)
    return together(period.label, live if period.go_live else "", dimmed(gettext("in part")) if period.is_part else "")


def _interval(period: Period, kpi: Kpi) -> str | None:
    if period.low is None:
        return None
    ends = {"low": kpi_total(period.low, kpi), "high": kpi_total(period.high, kpi)}
    return gettext("%(low)s to %(high)s") % ends


FIGURES = Table[Period, Kpi](
    key="pages.figures", caption=_("All figures with their n"), columns=_figures, stacked=False, dense=True
)


def _subject(line: Line) -> SafeString:
    return together(kpi_link(line.kpi, team_id=line.team_id), note(line.scope))


def _change(line: Line) -> SafeString:
    spread = kpi_interval(line.low, line.high, line.kpi)
    return together(kpi_change(line.change, line.kpi), note(spread) if spread else "")


SCORECARD = Table[Line, None](
    key="pages.scorecard",
    caption=_("Scorecard"),
    columns=(
        Column(key="kpi", title=_("KPI"), cell=_subject, width="short"),
        Column(key="verdict", title=_("Verdict"), cell=lambda line: verdict_badge(line.verdict), width="short"),
        Column(
            key="baseline",
            title=_("Baseline"),
            cell=lambda line: together(kpi_value(line.baseline, line.kpi), counted(line.n_baseline)),
            align="end",
        ),
        Column(
            key="now",
            title=_("Now"),
            cell=lambda line: together(kpi_value(line.current, line.kpi), counted(line.n_current)),
            align="end",
        ),
        # xgettext:no-python-format
        Column(key="change", title=_("Change (95% interval)"), cell=_change, align="end", css="kpi-change"),
        Column(
            key="p",
            title=_("Adjusted p"),
            hint=_("Benjamini–Hochberg over all KPIs of the scorecard"),
            cell=lambda line: p_value(line.p_adjusted),
            align="end",
        ),
        Column(key="reason", title=_("Reason"), cell=lambda line: reason(line.reason), width="long"),
    ),
    css="wrapped",
    empty=Empty(text=_("No KPI has this verdict.")),
)
