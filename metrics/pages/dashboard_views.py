"""Is the CRM working? All KPIs of the company or of one team."""

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from crm.common import days
from metrics.engine.scope import Scope
from metrics.goals.rollouts import teams_with_rollout
from metrics.pages.dashboard import GROUPS, dashboard


@require_safe
@permission_required("metrics.view_dashboard", raise_exception=True)
def show_dashboard(request: HttpRequest) -> HttpResponse:
    teams = teams_with_rollout()
    team = next((team for team in teams if str(team.pk) == request.GET.get("team")), None)
    show = request.GET.get("show", "")
    show = show if show in GROUPS else ""
    page = dashboard(
        request.user, scope=Scope(team_id=team.pk if team else None), teams=teams, today=days.today(), show=show
    )
    context = {"page": page, "teams": teams, "team": team, "show": show, "labels": _labels()}
    return render(request, "metrics/pages/dashboard.html", context)


def _labels() -> dict[str, str]:
    """The columns' names, looked up once for all rows."""
    return {
        "spark": _("Two years, by month"),
        "now": _("Now"),
        "baseline": _("Baseline"),
        "change": _("Change (95 % interval)"),
        "target": _("Target"),
        "verdict": _("Verdict"),
    }
