"""What the pages of lists share: how a list stands for a request, its saved views, the options of its filters."""

from dataclasses import replace
from functools import partial
from typing import Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import signed_in
from accounts.domain import views
from accounts.list_forms import ViewForm
from accounts.models import SavedView
from crm.common.errors import DomainError
from crm.common.limits.limiting import limited
from crm.common.lists import builder, conditions
from crm.common.lists.options import Asking
from crm.common.lists.pages import ListPage, declared
from crm.common.lists.state import State
from crm.common.saving import EDIT, Saved, edit_page, posted

ROWS_KEPT: Final = 1_000
"""Of a deleted view that holds more, which every page would read with the session, the way back is offered once."""


def open_list(request: HttpRequest, page: ListPage) -> State:
    """How the list stands for this request; how it is left is remembered for the next time, once it could be shown:
    a view that takes too long would keep its reader from the list.
    """
    user = signed_in(request)
    if "deleted" not in request.GET and len(request.session.get("deleted_view", {}).get("rows", ())) > ROWS_KEPT:
        del request.session["deleted_view"]
    state = views.state_of(page, user, request.GET)
    if not state.redo and (settings := state.to_remember()):
        return replace(state, shown=partial(views.remember, user=user, of_list=page.key, settings=settings))
    return state


@require_http_methods(EDIT)
def add_view(request: HttpRequest, of_list: str) -> HttpResponse:
    page, user = _page(request, of_list), signed_in(request)
    asked = request.POST if request.method == "POST" else request.GET
    form = ViewForm(posted(request), user=user, initial={"shared": SavedView.Shared.MINE})

    def save() -> Saved:
        look = views.state_of(page, user, QueryDict(asked.get("query", ""))).look
        told = {key: form.cleaned_data[key] for key in views.TOLD if key in form.cleaned_data}
        made = views.save_view(by=user, of_list=page.key, look=look, **told)
        return Saved(to=_address(page, made), message=_("View saved."))

    context = {"list": page, "query": asked.get("query", ""), "back": reverse(page.url_name)}
    return edit_page(request, "accounts/view.html", form, save, context, beside={views.NameTaken: "name"})


@require_http_methods(EDIT)
def view(request: HttpRequest, pk: int) -> HttpResponse:
    """Rename, share, begin with it."""
    saved, page = _view(request, pk)
    user = signed_in(request)
    form = ViewForm(posted(request), instance=saved, user=user)

    def save() -> Saved:
        told = {"default_for": saved.default_for, **form.cleaned_data}
        views.change_view(view=saved, by=user, **told)
        return Saved(to=_address(page, saved), message=_("View saved."))

    context = {"list": page, "view": saved, "back": _address(page, saved)}
    return edit_page(request, "accounts/view.html", form, save, context, beside={views.NameTaken: "name"})


@require_POST
def keep_view(request: HttpRequest, pk: int) -> HttpResponse:
    """The view becomes what its list shows."""
    saved, page = _view(request, pk)
    look = views.state_of(page, signed_in(request), QueryDict(request.POST.get("query", ""))).look
    views.keep_look(view=saved, look=look, by=signed_in(request))
    messages.success(request, _("View saved."))
    return _to(page, saved)


@require_POST
def delete_view(request: HttpRequest, pk: int) -> HttpResponse:
    """What it was stays in the session, to be brought back."""
    saved, page = _view(request, pk)
    request.session["deleted_view"] = views.delete_view(view=saved, by=signed_in(request))
    return redirect(f"{reverse(page.url_name)}?view={page.views[0].key}&deleted=1")


@require_POST
def restore_view(request: HttpRequest) -> HttpResponse:
    kept = request.session.get("deleted_view")
    if not kept or kept["of_list"] not in declared():
        messages.error(request, _("There is no view to bring back."))
        return redirect("home")
    page = _page(request, kept["of_list"])
    try:
        saved = views.restore_view(kept=kept, by=signed_in(request))
    except DomainError as error:
        messages.error(request, str(error))
        return redirect(f"{reverse(page.url_name)}?deleted=1")
    del request.session["deleted_view"]
    messages.success(request, _("The view is back."))
    return _to(page, saved)


def _seeks(request: HttpRequest) -> bool:
    return bool(request.GET.get(f"s{request.GET.get('line', '')}"))


@require_GET
@limited("search", when=_seeks)
def list_options(request: HttpRequest, of_list: str) -> HttpResponse:
    """What a condition's value may be chosen from, searched: for the filter's form to put in place."""
    page, user, name = _page(request, of_list), signed_in(request), request.GET.get("line", "")
    fields = page.fields_for(user)
    field = fields.get(request.GET.get(f"f{name}", ""))
    if field is None or field.options is None or not name.replace(".", "").isdigit():
        raise Http404
    op = next(key for key, op in field.ops.items() if op.takes == "choices")
    asked = conditions.condition(field.key, op, request.GET.getlist(f"v{name}"), fields)
    asking = Asking(user=user, user_id=user.pk, team_id=user.team_id)
    line = builder.line(asked, name, request.GET.get(f"s{name}", "")[:100], asking)
    return render(request, "components/list_choices.html", {"line": line})


def _page(request: HttpRequest, of_list: str) -> ListPage:
    page = declared().get(of_list)
    if page is None:
        raise Http404
    if not request.user.has_perm(page.permission):
        raise PermissionDenied
    return page


def _view(request: HttpRequest, pk: int) -> tuple[SavedView, ListPage]:
    """One that the user sees, and may change."""
    user = signed_in(request)
    saved = get_object_or_404(SavedView.objects.visible_to(user), pk=pk)
    page = _page(request, saved.of_list)
    if not views.may_change(saved, user):
        raise PermissionDenied
    return saved, page


def _address(page: ListPage, saved: SavedView) -> str:
    return f"{reverse(page.url_name)}?view={saved.pk}"


def _to(page: ListPage, saved: SavedView) -> HttpResponseRedirect:
    return HttpResponseRedirect(_address(page, saved))
