"""The verdicts with everything a sceptic asks for."""

from datetime import date

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from crm.common import days
from metrics.pages.dashboard import GROUPS
from metrics.pages.scorecard import as_csv, as_markdown, read_outs, scorecard_lines


@require_safe
@permission_required("metrics.view_dashboard", raise_exception=True)
def scorecard(request: HttpRequest) -> HttpResponse:
    offered = read_outs()
    as_of = _chosen(request, offered)
    lines = scorecard_lines(as_of=as_of) if offered else []
    verdicts = GROUPS.get(request.GET.get("show", ""))
    shown = [line for line in lines if verdicts is None or line.evaluation.verdict in verdicts]
    context = {"as_of": as_of, "read_outs": offered, "lines": shown, "is_empty": not lines}
    return render(request, "metrics/pages/scorecard.html", context)


@require_safe
@permission_required("metrics.view_dashboard", raise_exception=True)
def export_scorecard(request: HttpRequest) -> HttpResponse:
    """`?format=md` for a table in Markdown, else CSV."""
    as_of = _chosen(request, read_outs())
    lines = scorecard_lines(as_of=as_of)
    if request.GET.get("format") == "md":
        return _file(as_markdown(lines, as_of=as_of), "text/markdown", f"scorecard-{as_of}.md")
    return _file(as_csv(lines), "text/csv", f"scorecard-{as_of}.csv")


def _file(text: str, kind: str, name: str) -> HttpResponse:
    response = HttpResponse(text, content_type=f"{kind}; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _chosen(request: HttpRequest, offered: list[date]) -> date:
    """The day asked for where it was judged, else the newest one that was."""
    asked = next((day for day in offered if day.isoformat() == request.GET.get("as_of")), None)
    return asked or next(iter(offered), days.today())
