"""The queue of possible duplicates: one pair at a time, decided by a key."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods
from django_htmx.http import HttpResponseClientRedirect

from accounts.access import signed_in
from crm.common.errors import DomainError
from crm.common.fragments import asks_for_part, render_part
from crm.common.saving import EDIT
from crm.common.working import LOOK
from customers.identity.reviewing import deciding
from customers.identity.reviewing.queue import open_count, precision
from customers.identity.reviewing.running import MAY
from customers.models import BANDS, Customer, Match, MatchRun
from customers.page.duplicates.comparing import find_pair
from customers.page.duplicates.reading import Asked, Shown, find_shown, last_of, names_of, rows_of, show
from customers.page.duplicates.sentences import counts, progress, result

VIEW = "customers.view_customer"
TEMPLATE = "customers/page/duplicates/queue.html"


@require_GET
@permission_required((VIEW, MAY), raise_exception=True)
def duplicates(request: HttpRequest) -> HttpResponse:
    """The most probable pair that nobody has decided on, and what the last look found."""
    asked = Asked.of(request.GET)
    return _page(request, asked, find_shown(reader=request.user, asked=asked))


@require_http_methods(EDIT)
@permission_required((VIEW, MAY), raise_exception=True)
def duplicate(request: HttpRequest, pk: int) -> HttpResponse:
    """One pair; what somebody says of it, and then the next."""
    asked = Asked.of(request.POST if request.method == "POST" else request.GET)
    match = Match.objects.visible_to(request.user).filter(pk=pk).first()
    if request.method != "POST":
        return _one(request, asked, match)
    try:
        _decide(request, pk, match)
    except DomainError as error:
        messages.error(request, str(error))
        if kept := _as_chosen(request, pk, asked):
            return _page(request, asked, kept)
    return _go_on(request, asked)


def _one(request: HttpRequest, asked: Asked, match: Match | None) -> HttpResponse:
    """For whoever comes back to what they had begun to choose, the next where the pair is no more."""
    shown = match and show(reader=request.user, match=match)
    if shown:
        return _page(request, asked, shown)
    if not asks_for_part(request):
        raise Http404
    messages.info(request, str(deciding.Withdrawn()))
    return _page(request, asked, find_shown(reader=request.user, asked=asked))


def _as_chosen(request: HttpRequest, pk: int, asked: Asked) -> Shown | None:
    """The pair that could not be decided on just now, with what was chosen; None where somebody else has decided."""
    match = Match.objects.visible_to(request.user).filter(pk=pk, state__in=Match.OPEN).first()
    if match is None:
        return None
    said = request.POST.dict()
    survivor = number_of(said.get("survivor"))
    return show(reader=request.user, match=match, following=asked.after, survivor_id=survivor, said=said)


@require_http_methods(EDIT)
@permission_required((VIEW, MAY), raise_exception=True)
def duplicate_undo(request: HttpRequest, pk: int) -> HttpResponse:
    """What was decided is to be decided again, and is shown; without script it is asked once more."""
    match = Match.objects.visible_to(request.user).filter(pk=pk).first()
    if match is None:
        raise Http404
    if request.method != "POST":
        (row,) = rows_of([match], reader=request.user)
        return render(request, "customers/page/duplicates/undo.html", {"row": row, "names": names_of(row)})
    try:
        again = deciding.take_back(pk=pk, by=signed_in(request), now=timezone.now())
    except DomainError as error:
        messages.error(request, str(error))
        return _go_on(request, Asked.of(request.POST))
    if not asks_for_part(request) or "from" in request.GET:
        messages.success(request, _("Taken back."))
        to = reverse("customers:duplicate", args=[pk]) if again else reverse("customers:detail", args=[match.left_id])
        return _leave(request, to)
    asked = Asked.of(request.POST)
    shown = again and show(reader=request.user, match=again)
    return _page(request, asked, shown or find_shown(reader=request.user, asked=asked))


def _decide(request: HttpRequest, pk: int, match: Match | None) -> None:
    by, now, said = signed_in(request), timezone.now(), request.POST
    decision = said.get("decision", "")
    if match is None:
        raise deciding.Withdrawn
    if decision == "different":
        deciding.say_different(pk=pk, by=by, now=now)
    elif decision == "later":
        deciding.put_off(pk=pk, by=by, now=now)
    elif decision == "merge":
        survivor = number_of(said.get("survivor"))
        pair = find_pair(reader=by, left_id=match.left_id, right_id=match.right_id, survivor_id=survivor)
        values = pair.chosen(said.dict()) if pair else {}
        deciding.merge_match(pk=pk, survivor_id=survivor, values=values, by=by, now=now)


def number_of(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 19 else 0


def _go_on(request: HttpRequest, asked: Asked) -> HttpResponse:
    if asks_for_part(request):
        return _page(request, asked, find_shown(reader=request.user, asked=asked))
    query = asked.query(after=asked.after)
    return redirect(f"{reverse('customers:duplicates')}?{query}")


def _leave(request: HttpRequest, to: str) -> HttpResponse:
    """From a message of another page as well."""
    return HttpResponseClientRedirect(to) if asks_for_part(request) else redirect(to)


def _page(request: HttpRequest, asked: Asked, shown: Shown | None) -> HttpResponse:
    """The page; for htmx the pair alone."""
    context: dict[str, Any] = {
        "asked": asked,
        "shown": shown,
        "last": last_of(signed_in(request)),
        "open_count": open_count(reader=request.user, narrowing=asked.narrowing),
    }
    if not asks_for_part(request):
        context |= _around(request)
    return render_part(request, TEMPLATE, "#pair", context)


def _around(request: HttpRequest) -> dict[str, Any]:
    run = MatchRun.objects.visible_to(request.user).filter(what=MatchRun.What.LOOK).first()
    return {
        "bands": [(key, words) for key, (_least, _below, words) in BANDS.items()],
        "kinds": Customer.Kind.choices,
        "precision": [(one, BANDS[one.band][2]) for one in precision(reader=request.user)],
        "may_rule": request.user.has_perm("customers.change_mergerule"),
        **about_run(run),
    }


def about_run(run: MatchRun | None) -> dict[str, Any]:
    if run is None:
        return {"run": None}
    colour, symbol = LOOK[run.state]
    return {
        "run": run,
        "run_colour": colour,
        "run_symbol": symbol,
        "progress": (now := progress(run)),
        "progress_words": " · ".join([now.label, *counts(run)]),
        "counts": counts(run),
        "result": result(run),
    }
