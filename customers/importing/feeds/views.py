"""Feeds: which there are, one of them and what it has read, and how it is set up."""

from typing import Any

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import signed_in
from accounts.list_views import open_list
from accounts.models import User
from crm.common.paging import keyset_page
from crm.common.saving import EDIT, Beside, Saved, edit_page, posted
from customers.importing import batches
from customers.importing.feeds import addresses, folders, setting_up, words
from customers.importing.feeds.forms import FeedForm
from customers.importing.feeds.tables import FEED_FILES, FEED_LIST, NO_FEED_FITS
from customers.importing.progress import progress
from customers.models import Feed, FeedFile
from customers.querysets.feeds import MANAGES

FAILED_SHOWN = 5
BESIDE: Beside = {
    batches.BadSourceName: "source",
    setting_up.NameTaken: "name",
    setting_up.SecretNeeded: "secret",
    addresses.NotAllowed: "url",
    folders.NotAllowed: "folder",
}


@require_GET
@permission_required(MANAGES, raise_exception=True)
def feed_list(request: HttpRequest) -> HttpResponse:
    state = open_list(request, FEED_LIST)
    if state.redo:
        return HttpResponseRedirect(state.redo)
    feeds = state.narrow(Feed.objects.visible_to(signed_in(request)).select_related("system", "owner"))
    page = keyset_page(feeds, sort=state.order, cursor=request.GET.get("cursor", ""))
    shown = state.fill(page.rows, page=page, empty=NO_FEED_FITS if state.is_narrowed else None)
    return render(request, "customers/importing/feeds/feeds.html", {"state": state, "feeds": shown})


@require_http_methods(EDIT)
@permission_required(MANAGES, raise_exception=True)
def feed_new(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    form = FeedForm(posted(request), initial={"place": Feed.Place.ADDRESS, "owner": user.pk})
    return _edit(request, form, {"back": "customers:feeds"})


@require_http_methods(EDIT)
@permission_required(MANAGES, raise_exception=True)
def feed_edit(request: HttpRequest, pk: int) -> HttpResponse:
    feed = get_feed(request, pk)
    return _edit(request, FeedForm(posted(request), instance=feed), {"feed": get_feed(request, pk)})


def _edit(request: HttpRequest, form: FeedForm, context: dict[str, Any]) -> HttpResponse:
    def save() -> Saved:
        form.instance.system = batches.find_or_make_system(name=form.cleaned_data["source"])
        seen = form.cleaned_data["seen"] if form.instance.pk else None
        saved = setting_up.save_feed(
            feed=form.instance, secret=form.cleaned_data["secret"], seen=seen, now=timezone.now()
        )
        return Saved(to=saved, message=_("Saved. It is looked at within a minute."))

    return edit_page(request, "customers/importing/feeds/edit.html", form, save, context, beside=BESIDE)


@require_GET
@permission_required(MANAGES, raise_exception=True)
def feed_page(request: HttpRequest, pk: int) -> HttpResponse:
    feed = get_feed(request, pk)
    rows = FeedFile.objects.visible_to(signed_in(request)).filter(feed=feed).select_related("batch")
    page = keyset_page(rows, sort="-pk", cursor=request.GET.get("cursor", ""), size=25)
    context = {
        **_about(feed, signed_in(request)),
        "failed": rows.filter(again=False).unresolved().order_by("-pk")[:FAILED_SHOWN],
        "files": FEED_FILES.of(page.rows, page=page),
        "where": words.where(feed),
        "when": words.when(feed),
    }
    return render(request, "customers/importing/feeds/feed.html", context)


@require_GET
@permission_required(MANAGES, raise_exception=True)
def feed_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The bar's next state; at the end the page is loaded anew to show the result."""
    about = _about(get_feed(request, pk), signed_in(request))
    response = render(request, "customers/importing/feeds/progress.html", about)
    if not about["progress"]:
        response.headers["HX-Refresh"] = "true"
    return response


def _about(feed: Feed, user: User) -> dict[str, Any]:
    files = FeedFile.objects.visible_to(user).filter(feed=feed)
    reading = files.filter(state=FeedFile.State.READING).select_related("batch").first()
    now = progress(reading.batch) if reading and reading.batch else None
    colour, symbol = words.LOOK["paused" if not feed.is_active else feed.state]
    return {
        "feed": feed, "words": words.state(feed), "colour": colour, "symbol": symbol, "reading": reading,
        "progress": now if now and now.running else None,
    }  # fmt: skip


def get_feed(request: HttpRequest, pk: int) -> Feed:
    feeds = Feed.objects.visible_to(signed_in(request)).select_related("system", "owner")
    return get_object_or_404(feeds, pk=pk)
