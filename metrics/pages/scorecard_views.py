"""The verdicts with everything a sceptic asks for."""

from datetime import date

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from crm.common import days
from crm.common.audit.recording import record
from crm.common.csv_files import csv_download
from crm.common.limits.limiting import limited
from metrics.engine import known
from metrics.pages.dashboard import GROUPS
from metrics.pages.scorecard import as_markdown, as_rows
from metrics.pages.tables import SCORECARD
from metrics.verdicts.lines import figures_judged_on, read_outs, scorecard_lines


@require_safe
@permission_required("metrics.view_dashboard", raise_exception=True)
@known.pinned()
def scorecard(request: HttpRequest) -> HttpResponse:
    offered = read_outs(request.user)
    as_of = _chosen(request, offered)
    lines = scorecard_lines(request.user, as_of=as_of) if offered else []
    verdicts = GROUPS.get(request.GET.get("show", ""))
    shown = [line for line in lines if verdicts is None or line.verdict in verdicts]
    context = {
        "as_of": as_of,
        "read_outs": offered,
        "lines": shown,
        "scorecard": SCORECARD.of(shown),
        "is_empty": not lines,
        "judged_on": figures_judged_on(lines),
        "outdated": [line.kpi for line in shown if line.is_outdated],
    }
    return render(request, "metrics/pages/scorecard.html", context)


@require_safe
@permission_required("metrics.view_dashboard", raise_exception=True)
@limited("export")
@known.pinned()
def export_scorecard(request: HttpRequest) -> HttpResponseBase:
    """`?format=md` for a table in Markdown, else CSV."""
    as_of = _chosen(request, read_outs(request.user))
    lines = scorecard_lines(request.user, as_of=as_of)
    form = "md" if request.GET.get("format") == "md" else "csv"
    details = {"as_of": as_of.isoformat(), "format": form}
    record(what="metrics.scorecard", by=request.user, count=len(lines), details=details)
    name = f"scorecard-{as_of}.{form}"
    if form == "csv":
        return csv_download(as_rows(lines), filename=name)
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(as_markdown(lines, as_of=as_of), content_type="text/markdown; charset=utf-8", headers=headers)


def _chosen(request: HttpRequest, offered: list[date]) -> date:
    """The day asked for where it was judged, else the newest one that was."""
    asked = next((day for day in offered if day.isoformat() == request.GET.get("as_of")), None)
    return asked or next(iter(offered), days.today())
