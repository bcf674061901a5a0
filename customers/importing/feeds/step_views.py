"""What a press of a button does with a feed: read it now, pause it, delete it; read a file again, or leave it out."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import signed_in
from crm.common import jobs
from crm.common.audit.recording import record
from crm.common.saving import EDIT
from customers.importing.feeds import setting_up
from customers.importing.feeds.tasks import read_feed
from customers.importing.feeds.views import get_feed
from customers.models import FeedFile
from customers.querysets.feeds import MANAGES


@require_POST
@permission_required(MANAGES, raise_exception=True)
def feed_now(request: HttpRequest, pk: int) -> HttpResponse:
    feed = get_feed(request, pk)
    record(what="feeds.read_now", by=request.user, details={"feed": feed.pk})
    if setting_up.read_now(feed=feed, now=timezone.now()):
        jobs.wake(read_feed, feed_id=feed.pk)
        messages.success(request, _("It is being looked at."))
    else:
        messages.info(request, _("It is paused."))
    return redirect(feed)


@require_POST
@permission_required(MANAGES, raise_exception=True)
def feed_pause(request: HttpRequest, pk: int) -> HttpResponse:
    feed = get_feed(request, pk)
    setting_up.pause(feed=feed)
    messages.success(request, _("Paused."))
    return redirect(feed)


@require_POST
@permission_required(MANAGES, raise_exception=True)
def feed_use(request: HttpRequest, pk: int) -> HttpResponse:
    feed = get_feed(request, pk)
    setting_up.put_in_use(feed=feed, now=timezone.now())
    messages.success(request, _("In use again. It is looked at within a minute."))
    return redirect(feed)


@require_http_methods(EDIT)
@permission_required(MANAGES, raise_exception=True)
def feed_delete(request: HttpRequest, pk: int) -> HttpResponse:
    feed = get_feed(request, pk)
    if request.method != "POST":
        return render(request, "customers/importing/feeds/delete.html", {"feed": feed})
    setting_up.delete_feed(feed=feed)
    messages.success(request, _("Deleted. What it has brought in stays."))
    return redirect("customers:feeds")


@require_POST
@permission_required(MANAGES, raise_exception=True)
def feed_file_again(request: HttpRequest, pk: int) -> HttpResponse:
    file = _noted(request, pk, "feeds.read_again")
    setting_up.read_again(file=file, now=timezone.now())
    jobs.wake(read_feed, feed_id=file.feed_id)
    messages.success(request, _("It is read again with the next look, if it is still there."))
    return redirect(file.feed)


@require_POST
@permission_required(MANAGES, raise_exception=True)
def feed_file_leave(request: HttpRequest, pk: int) -> HttpResponse:
    file = _noted(request, pk, "feeds.leave_out")
    setting_up.leave_out(file=file)
    messages.success(request, _("Left out."))
    return redirect(file.feed)


def _noted(request: HttpRequest, pk: int, what: str) -> FeedFile:
    file = get_object_or_404(FeedFile.objects.visible_to(signed_in(request)).select_related("feed"), pk=pk)
    details: dict[str, Any] = {"feed": file.feed_id, "file": file.pk}
    record(what=what, by=request.user, details=details)
    return file
