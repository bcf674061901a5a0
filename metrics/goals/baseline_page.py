"""What the pages of a baseline show: sensible defaults before it is frozen, warnings, and drift after."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Team
from crm.common.charts import Chart, Series
from crm.common.company.current import company
from crm.common.days import add_months
from metrics.engine import shown
from metrics.engine.average_month import per_month
from metrics.engine.base import Kpi
from metrics.engine.scope import Scope
from metrics.engine.series import points
from metrics.goals import baselines
from metrics.goals.rollouts import first_go_live
from metrics.kpis.words import chart_format
from metrics.models import Baseline, KpiRules

LONG_MONTHS = 24
MONTHS_NEEDED = baselines.ENOUGH_MONTHS


@dataclass(frozen=True, kw_only=True)
class Window:
    go_live_on: date
    window_from: date
    window_to: date


def default_window(kpi: Kpi, *, scope: Scope, teams: Sequence[Team], today: date) -> Window:
    """Two years up to the day before the scope's go-live where both have data, else one; `teams` with rollouts.

    Days whose figures may still change are left out. Of a go-live so far off that none of its year has passed, the
    years up to now.
    """
    go_live = first_go_live(teams, team_id=scope.team_id) or today
    last = min(go_live - timedelta(days=1), baselines.last_settled(kpi, now=timezone.now()))
    end = go_live if add_months(go_live, -MONTHS_NEEDED) <= last else last + timedelta(days=1)
    long, short = add_months(end, -LONG_MONTHS), add_months(end, -MONTHS_NEEDED)
    months = points(kpi=kpi, first=long, last=last, by="month", scope=scope)
    with_data = sum(point.value is not None for point in months)
    return Window(go_live_on=go_live, window_from=long if with_data >= LONG_MONTHS else short, window_to=last)


def warnings(*, months: int, n: int, go_live_on: date, today: date) -> list[str]:
    """What a sceptic would say of this window. `months`: those with data."""
    found = []
    if not n:
        found.append(_("There is no data in this window: nothing to freeze."))
    elif months < MONTHS_NEEDED:
        found.append(
            ngettext(
                "Only %(months)d month with data: descriptive only. Under twelve, a change cannot be told from the "
                "trend it was on.",
                "Only %(months)d months with data: descriptive only. Under twelve, a change cannot be told from the "
                "trend it was on.",
                months,
            )
            % {"months": months}
        )
    if today >= go_live_on:
        found.append(_("Go-live has passed: the baseline will say that its window was chosen after go-live."))
    return found


def _unsettled(kpi: Kpi, window: Window) -> list[str]:
    settled = baselines.last_settled(kpi, now=timezone.now())
    if window.window_to <= settled:
        return []
    return [
        _("Figures of the days after %(day)s may still change: the window can end on it at the latest.")
        % {"day": settled}
    ]


@dataclass(frozen=True, kw_only=True)
class Preview:
    """What would be frozen. `value`: for sums the average month; `months`: those with data."""

    value: Decimal | None
    n: int
    months: int
    warnings: list[str]
    chart: Chart


def preview_of(kpi: Kpi, *, window: Window, scope: Scope, today: date) -> Preview:
    """Raises WindowNotBeforeGoLive."""
    found = baselines.preview(
        kpi=kpi,
        first=window.window_from,
        last=window.window_to,
        go_live_on=window.go_live_on,
        today=today,
        scope=scope,
    )
    value, n, months = found.total.value, found.total.n, len(found.months)
    return Preview(
        value=value
        if value is None or kpi.shape != "sum"
        else per_month(value, first=window.window_from, last=window.window_to),
        n=n,
        months=months,
        warnings=[
            *warnings(months=months, n=n, go_live_on=window.go_live_on, today=today),
            *_unsettled(kpi, window),
        ],
        chart=Chart(
            key="preview",
            title=_("%(kpi)s by month") % {"kpi": kpi.name},
            x=[point.period for point in found.months],
            series=[Series(name=str(kpi.name), values=[point.value for point in found.months])],
            format=chart_format(kpi),
            unit=company().currency if kpi.unit == "money" else "",
        ),
    )


def rules_frozen(baseline: Baseline, kpi: Kpi) -> str:
    """The rules it was frozen under, in words; empty where its KPI depends on none, or on sums that are no more."""
    versions = (row.values for row in KpiRules.objects.all())
    found = next((values for values in versions if kpi.version_under(values) == baseline.version), None)
    return shown.rules_in_words({name: found[name] for name in kpi.rules}) if found else ""


def baseline_chart(baseline: Baseline, kpi: Kpi) -> Chart:
    """The frozen months."""
    rows = baseline.series
    return Chart(
        key=f"baseline-{baseline.pk}",
        title=_("%(kpi)s by month, as frozen") % {"kpi": kpi.name},
        x=[row["period"] for row in rows],
        series=[Series(name=str(kpi.name), values=[row["value"] for row in rows])],
        format=chart_format(kpi),
        unit=company().currency if kpi.unit == "money" else "",
        baseline=None if kpi.shape == "sum" else baseline.value,
    )
