"""The calendar's address: made, shown once, taken back; and what a calendar reads there."""

from typing import Final

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required, permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import signed_in
from accounts.domain.guessing import network_of
from crm.common.limits.counting import take
from crm.common.limits.limiting import too_many
from crm.common.limits.rates import Rate
from crm.common.saving import EDIT
from customers.interactions.to_do.feed import calendar_of, find_feed, find_own, make_feed, mark_read, revoke_feed

OF_A_FEED: Final = Rate.parse("60/10m")
WRONG_FROM_AN_ADDRESS: Final = Rate.parse("30/10m")


@require_http_methods(EDIT)
@permission_required("customers.view_task", raise_exception=True)
def calendar(request: HttpRequest) -> HttpResponse:
    """Whether there is an address, and who lately read there; a POST makes one and shows it, this once."""
    user, url = signed_in(request), ""
    if request.method == "POST":
        token = make_feed(user=user, now=timezone.now())
        url = request.build_absolute_uri(reverse("customers:calendar_feed", args=[token]))
    feed = find_own(user)
    return render(request, "customers/interactions/to_do/calendar.html", {"feed": feed, "feed_url": url})


@require_POST
@permission_required("customers.view_task", raise_exception=True)
def revoke_calendar(request: HttpRequest) -> HttpResponse:
    revoke_feed(user=signed_in(request))
    messages.success(request, _("The calendar's address no longer works."))
    return redirect("customers:calendar")


@require_safe
@login_not_required
def calendar_feed(request: HttpRequest, token: str) -> HttpResponse:
    """Whoever has the address reads; a wrong one is not found, however often and from wherever it is tried."""
    feed, now = find_feed(token), timezone.now()
    if feed is None:
        address = network_of(str(get_adapter().get_client_ip(request)))
        tried = take(WRONG_FROM_AN_ADDRESS, "calendar", address)
        if tried.is_allowed:
            raise Http404
        return too_many(request, rate=WRONG_FROM_AN_ADDRESS, wait_s=tried.wait_s)
    asked = take(OF_A_FEED, "calendar", feed.pk)
    if not asked.is_allowed:
        return too_many(request, rate=OF_A_FEED, wait_s=asked.wait_s)
    mark_read(feed=feed, now=now)
    with translation.override(feed.user.language or translation.get_language()):
        answer = HttpResponse(calendar_of(feed.user), content_type="text/calendar; charset=utf-8")
    answer.headers["Cache-Control"] = "no-store, private"
    answer.headers["Content-Disposition"] = 'inline; filename="tasks.ics"'
    return answer
