"""The bell, and the list behind it."""

from datetime import datetime

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.access import signed_in
from accounts.domain import notices
from accounts.models import Notice, User
from accounts.notice_tables import NOTICES
from crm.common.paging import keyset_page


@require_GET
def notice_list(request: HttpRequest) -> HttpResponse:
    mine = Notice.objects.visible_to(signed_in(request))
    page = keyset_page(mine, sort="-at", cursor=request.GET.get("cursor", ""))
    context = {"notices": NOTICES.of(page.rows, page=page), "now": timezone.now()}
    return render(request, "accounts/notices.html", context)


@require_GET
@login_not_required
def bell(request: HttpRequest) -> HttpResponse:
    """How many are unread, for the page to ask again and again. Who is signed out learns it from what they do next."""
    if not isinstance(request.user, User):
        return HttpResponse()
    return render(request, "accounts/notices_count.html", {"unread": notices.unread(request.user)})


@require_GET
def open_notice(request: HttpRequest, pk: int) -> HttpResponse:
    """Go where it leads; it is read then."""
    notice = get_object_or_404(Notice.objects.visible_to(signed_in(request)), pk=pk)
    notices.mark_one_read(notice=notice, now=timezone.now())
    return redirect(notice.url or "accounts:notices")


@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    notices.mark_all_read(user=signed_in(request), until=_shown_until(request) or now, now=now)
    messages.success(request, _("All read."))
    return redirect("accounts:notices")


def _shown_until(request: HttpRequest) -> datetime | None:
    """When the page was made; None where what is sent is no moment."""
    try:
        shown = parse_datetime(request.POST.get("until", ""))
    except ValueError:  # written as one, such as the 45th of a month
        return None
    return shown if shown and timezone.is_aware(shown) else None
