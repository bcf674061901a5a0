"""Is the CRM working? All KPIs of the company or of one team."""

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from crm.common import days
from metrics.engine import known
from metrics.engine.scope import Scope
from metrics.goals.rollouts import teams_with_rollout
from metrics.pages.dashboard import GROUPS, dashboard
from metrics.pages.dashboard_tables import FAMILY, Reader


@require_safe
@permission_required("metrics.view_dashboard", raise_exception=True)
@known.pinned()
def show_dashboard(request: HttpRequest) -> HttpResponse:
    teams = teams_with_rollout()
    team = next((team for team in teams if str(team.pk) == request.GET.get("team")), None)
    show = request.GET.get("show", "")
    show = show if show in GROUPS else ""
    page = dashboard(
        request.user, scope=Scope(team_id=team.pk if team else None), teams=teams, today=days.today(), show=show
    )
    reader = Reader.of(request.user, team_id=team.pk if team else None)
    families = [(one, FAMILY.of(one.cards, about=reader, caption=one.name)) for one in page.families]
    context = {"page": page, "families": families, "teams": teams, "team": team, "show": show}
    return render(request, "metrics/pages/dashboard.html", context)
