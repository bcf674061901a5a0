"""The tags there are: renamed, made one, deleted by who may."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import signed_in
from crm.common.errors import DomainError
from crm.common.paging import keyset_page
from crm.common.saving import EDIT, AsksBack, Beside, Saved, edit_page, posted
from customers.identity.tag_forms import MergeTagForm, TagForm
from customers.identity.tag_restoring import put_back_tag, removed_tags
from customers.identity.tag_tables import TAGS
from customers.identity.tagging import BadTag, change_tag, delete_tag, merge_tags
from customers.identity.tags import counted, find_by_id, tags_named
from customers.models import Tag

CHANGES = "customers.change_tag"


@require_GET
@permission_required(CHANGES, raise_exception=True)
def tag_list(request: HttpRequest) -> HttpResponse:
    """With `?removed=1` also what can be put back."""
    text = request.GET.get("q", "")[:60]
    page = keyset_page(tags_named(text), sort="name", cursor=request.GET.get("cursor", ""))
    table = TAGS.of(page.rows, about=counted(page.rows), page=page)
    shows_removed = "removed" in request.GET
    removed = removed_tags(now=timezone.now()) if shows_removed else []
    context = {"tags": table, "q": text, "shows_removed": shows_removed, "removed": removed}
    return render(request, "customers/identity/tag_list.html", context)


@require_http_methods(EDIT)
@permission_required(CHANGES, raise_exception=True)
def tag_edit(request: HttpRequest, pk: int) -> HttpResponse:
    tag = _get_tag(pk)
    form = TagForm(posted(request), instance=_get_tag(pk))

    def save() -> Saved:
        name, colour, seen = (form.cleaned_data[field] for field in ("name", "colour", "seen"))
        change_tag(tag=tag, name=name, colour=colour, seen=seen)
        return Saved(to=reverse("customers:tags"), message=_("Saved."))

    beside: Beside = {BadTag: "name"}
    return edit_page(
        request, "customers/identity/tag.html", form, save, lambda: _about(tag, MergeTagForm(tag=tag)), beside=beside
    )


@require_POST
@permission_required(CHANGES, raise_exception=True)
def tag_merge(request: HttpRequest, pk: int) -> HttpResponse:
    tag = _get_tag(pk)
    form = MergeTagForm(request.POST, tag=tag)

    def save() -> Saved:
        into = form.cleaned_data["into"]
        merge_tags(tag=tag, into=into)
        said = _("“%(tag)s” is “%(into)s” now.") % {"tag": tag, "into": into}
        return Saved(to="customers:tags", message=_with_undo(said))

    context = {"form": TagForm(instance=tag), **_about(tag, form)}
    return edit_page(request, "customers/identity/tag.html", form, save, context)


@require_POST
@permission_required(CHANGES, raise_exception=True)
def tag_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks once where customers have it."""
    tag = _get_tag(pk)
    about = _about(tag, MergeTagForm(tag=tag))

    def save() -> Saved:
        if about["n"] and "anyway" not in request.POST:
            raise AsksBack(asks=about["n"])
        had = delete_tag(tag=tag)
        words = ngettext("“%(tag)s” deleted; %(n)d customer had it.", "“%(tag)s” deleted; %(n)d customers had it.", had)
        return Saved(to="customers:tags", message=_with_undo(words % {"tag": tag, "n": had}))

    context = {"form": TagForm(instance=tag), **about}
    return edit_page(request, "customers/identity/tag.html", Form(request.POST), save, context)


@require_POST
@permission_required(CHANGES, raise_exception=True)
def tag_restore(request: HttpRequest, pk: int) -> HttpResponse:
    """`pk`: what the tag was known by."""
    event = next((one for one in removed_tags(now=timezone.now()) if one.pgh_obj_id == pk), None)
    if event is None:
        raise Http404
    try:
        have = put_back_tag(event=event, by=signed_in(request))
    except DomainError as error:
        messages.error(request, str(error))
    else:
        words = ngettext("“%(tag)s” is back, on %(n)d customer.", "“%(tag)s” is back, on %(n)d customers.", have)
        messages.success(request, words % {"tag": event.name, "n": have})
    return redirect("customers:tags")


def _with_undo(said: str) -> str:
    """Leads to where it can be put back."""
    return format_html('{} <a href="{}?removed=1">{}</a>', said, reverse("customers:tags"), _("Undo"))


def _about(tag: Tag, merging: MergeTagForm) -> dict[str, object]:
    return {"tag": tag, "merging": merging, "n": counted([tag]).get(tag.pk, 0)}


def _get_tag(pk: int) -> Tag:
    tag = find_by_id(pk)
    if tag is None:
        raise Http404
    return tag
