"""A feed tried before it is trusted, and which of its columns says what."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from crm.common.audit.recording import record
from crm.common.errors import DomainError
from crm.common.limits.limiting import limited
from crm.common.saving import EDIT, Saved, edit_page, posted
from customers.importing import mapping as mappings
from customers.importing.feeds import mapping as mapping_of
from customers.importing.feeds import setting_up, trying
from customers.importing.feeds.views import get_feed
from customers.importing.forms import MappingForm
from customers.importing.guessing import guess
from customers.importing.previewing import Preview
from customers.importing.registry import get_spec
from customers.importing.tables import PREVIEW
from customers.models import Feed
from customers.querysets.feeds import MANAGES


@require_POST
@permission_required(MANAGES, raise_exception=True)
@limited("upload")
def feed_try(request: HttpRequest, pk: int) -> HttpResponse:
    """Shown in the answer itself: nothing of it is kept."""
    feed = get_feed(request, pk)
    record(what="feeds.try", by=request.user, details={"feed": feed.pk})
    try:
        trial = trying.try_feed(feed=feed)
    except DomainError as error:
        context = {"feed": feed, "problem": str(error)}
        return render(request, "customers/importing/feeds/try.html", context, status=error.status)
    rows = [[str(row.number), *row.values] for row in trial.rows]
    tried = PREVIEW.of(rows, about=[_("Row"), *trial.columns])
    faulty = [row for row in trial.rows if row.faults]
    maps = not get_spec(feed.kind).read
    context = {"feed": feed, "trial": trial, "tried": tried, "faulty": faulty, "maps": maps}
    return render(request, "customers/importing/feeds/try.html", context)


@require_http_methods(EDIT)
@permission_required(MANAGES, raise_exception=True)
def feed_columns(request: HttpRequest, pk: int) -> HttpResponse:
    feed = get_feed(request, pk)
    if "of_source" in request.POST:
        setting_up.set_mapping(feed=feed, mapping=None)
        messages.success(request, _("It is mapped as the last file of its source."))
        return redirect(feed)
    if not feed.headers:
        messages.info(request, _("Try it first: then its columns are known."))
        return redirect(feed)
    form = MappingForm(posted(request), preview=_known(feed), earlier=mapping_of.of_feed(feed))

    def save() -> Saved:
        mapping = form.mapping()
        mappings.resolve(mapping, spec=get_spec(feed.kind), headers=feed.headers)
        setting_up.set_mapping(feed=feed, mapping=mapping)
        return Saved(to=feed, message=_("Saved. What failed before can be read again."))

    return edit_page(request, "customers/importing/feeds/columns.html", form, save, {"feed": feed})


def _known(feed: Feed) -> Preview:
    """The columns of the file last looked at; its rows are not kept."""
    spec = get_spec(feed.kind)
    return Preview(
        headers=feed.headers, rows=[], columns=[(column.name, column.required) for column in spec.columns],
        guess=guess(feed.headers, spec.names), encoding="", delimiter="",
    )  # fmt: skip
