"""How clean customers' data is."""

from typing import Any

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import signed_in
from accounts.models import Team
from crm.common.days import today
from customers.identity.hygiene.counting import Counts, Narrowing, source_names, tally
from metrics.engine import known
from metrics.engine.rules import Values, in_force
from metrics.engine.scope import COMPANY
from metrics.kpis.hygiene import HYGIENE
from metrics.pages.hygiene_page import Part, as_query, course, field_lines, lines, part
from metrics.pages.hygiene_tables import BY_SOURCE, BY_TEAM, FIELDS_BY_DIMENSION, WORST
from metrics.verdicts.standing import find_evaluation


@require_safe
@permission_required("customers.view_customer", raise_exception=True)
@known.pinned()
def hygiene(request: HttpRequest) -> HttpResponse:
    """`team`, `source`: an id, 0 for none; `owner=me`: one's own."""
    narrowing, rules = _narrowing(request), in_force()
    counted = tally(reader=request.user, narrowing=narrowing)
    names = {
        "team": {team.pk: team.name for team in Team.objects.all()},
        "source": source_names(),
    }
    shown, found = part(counted.all, rules), lines(counted.all, rules, narrowing)
    may_mend = request.user.has_perm("customers.change_customer")
    context: dict[str, Any] = {
        "narrowing": narrowing,
        "within": [names[kind].get(pk, _("none")) for kind, pk in _given(narrowing)],
        "whole": shown,
        "worst": WORST.of([line for line in found if line.faulty and line.weight], about=may_mend),
        "fields": FIELDS_BY_DIMENSION.of(field_lines(found)),
        "teams": BY_TEAM.of(_parts(counted.teams, names["team"], "team", narrowing, rules), within="teams"),
        "sources": BY_SOURCE.of(_parts(counted.sources, names["source"], "source", narrowing, rules), within="sources"),
        "chart": course(narrowing, today=today(), score=shown.score.share),
        "kpi": HYGIENE,
        "evaluation": find_evaluation(request.user, HYGIENE.key, COMPANY) if _is_whole(narrowing) else None,
        "months": rules["hygiene_fresh_months"],
    }
    return render(request, "metrics/pages/hygiene.html", context)


def _narrowing(request: HttpRequest) -> Narrowing:
    if request.GET.get("owner") == "me":
        return Narrowing(owner=signed_in(request).pk)
    return Narrowing(team=_id(request, "team"), source=_id(request, "source"))


def _id(request: HttpRequest, name: str) -> int | None:
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _given(narrowing: Narrowing) -> list[tuple[str, int]]:
    given = (("team", narrowing.team), ("source", narrowing.source))
    return [(kind, pk) for kind, pk in given if pk is not None]


def _is_whole(narrowing: Narrowing) -> bool:
    return narrowing == Narrowing()


def _parts(
    counts: dict[int, Counts], names: dict[int, str], kind: str, narrowing: Narrowing, rules: Values
) -> list[Part]:
    """The largest first; what is narrowed to it keeps what else is narrowed to."""
    found = []
    for pk, each in counts.items():
        team, source = (pk, narrowing.source) if kind == "team" else (narrowing.team, pk)
        url = f"{reverse('metrics:hygiene')}?{as_query(Narrowing(team=team, source=source))}"
        found.append(part(each, rules, name=names.get(pk, _("none")), url=url))
    return sorted((each for each in found if each.customers), key=lambda each: -each.customers)
