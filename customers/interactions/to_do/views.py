"""The list of tasks, and the pages of one."""

from dataclasses import replace
from functools import partial
from typing import Any

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import Reader, signed_in
from accounts.list_export_views import export_list
from accounts.list_views import open_list
from crm.common.admin import estimated_count
from crm.common.fragments import asks_for_part, render_part
from crm.common.limits.limiting import limited
from crm.common.lists.conditions import Condition, each
from crm.common.lists.state import State
from crm.common.lists.waiting import TOO_MUCH, waiting_for
from crm.common.paging import Page, keyset_page
from crm.common.patience import TookTooLong
from crm.common.saving import EDIT, Beside, Saved, edit_page, posted
from customers.identity.access import get_customer
from customers.interactions.to_do import listing
from customers.interactions.to_do.adding import RepeatsFromNoDay, add_task
from customers.interactions.to_do.answering import changed
from customers.interactions.to_do.changing import change_task
from customers.interactions.to_do.due import OutOfReach
from customers.interactions.to_do.exporting import EXPORT
from customers.interactions.to_do.forms import NewTaskForm, TaskForm
from customers.interactions.to_do.panel import open_tasks
from customers.interactions.to_do.tables import NO_TASK_FITS, TASK_LIST
from customers.models import Customer, Task

FOLDER = "customers/interactions/to_do"
SOMEBODYS = ("whose", "by", "team", "customer")
OFTEN_EMPTY = ("all", "mine", "team", "made", "open")


@require_GET
@permission_required("customers.view_task", raise_exception=True)
def task_list(request: HttpRequest) -> HttpResponse:
    """`#tasks` is what changes when one of them does."""
    state = _in_order(open_list(request, TASK_LIST))
    if state.redo:
        return HttpResponseRedirect(state.redo)
    context: dict[str, Any] = {
        "state": state,
        "of_customer": _of_customer(state, request),
        "export": "customers:task_export",
        "export_query": urlencode({**state.parts(), "columns": ",".join(state.columns)}),
    }
    try:
        with waiting_for(state):
            page = _page(request, state)
            count = _count(request, state, page)
    except TookTooLong:
        return render_part(request, f"{FOLDER}/list.html", "#tasks", {**context, "hint": TOO_MUCH})
    is_usual = state.view.key in OFTEN_EMPTY and not state.is_changed
    context["tasks"] = state.fill(
        page.rows, page=page, empty=None if is_usual else NO_TASK_FITS, is_selected=bool(page.rows)
    )
    context["count"] = count
    return render_part(request, f"{FOLDER}/list.html", "#tasks", context)


def _page(request: HttpRequest, state: State) -> Page[Task]:
    tasks, cursor = listing.with_names(tasks_of(state, request.user)), request.GET.get("cursor", "")
    return keyset_page(tasks, sort=state.order, cursor=cursor, is_known=state.order == listing.URGENCY)


def _count(request: HttpRequest, state: State, page: Page[Task]) -> int:
    """As many as the page has, where that is all."""
    is_all = not (page.next_cursor or page.previous_cursor)
    return len(page.rows) if is_all else estimated_count(tasks_of(state, request.user).values("pk"))


@require_GET
@permission_required("customers.view_task", raise_exception=True)
@permission_required("customers.export_customer", raise_exception=True)
@limited("export")
def task_export(request: HttpRequest) -> HttpResponseBase:
    found = partial(tasks_of, reader=request.user)
    return export_list(request, TASK_LIST, EXPORT, found, in_order=_in_order, job="task_export")


def tasks_of(state: State, reader: Reader) -> listing.Tasks:
    return listing.by_urgency(state.narrow(Task.objects.visible_to(reader)), now=timezone.now())


def _in_order(state: State) -> State:
    """Urgency weighs each task, so it is of a person, a team or a customer; everybody's come as they fall due."""
    narrow = state.conditions.match == "all" and any(
        isinstance(one, Condition) and one.field and one.field.key in SOMEBODYS and one.op == "is"
        for one in state.conditions.items
    )
    return replace(state, sort="due") if state.sort == listing.URGENCY and not narrow else state


def _of_customer(state: State, request: HttpRequest) -> Customer | None:
    """The one customer that the list is narrowed to."""
    found = [one.value for one in each(state.conditions) if one.field and one.field.key == "customer"]
    if len(found) != 1 or found[0] is None or len(found[0]) != 1:
        return None
    return Customer.objects.visible_to(request.user).filter(pk=found[0][0]).first()


def _customer(request: HttpRequest) -> Customer | None:
    """The customer that the page is about, if it is about one that the reader may see."""
    pk = request.GET.get("customer", "")
    return get_customer(request, int(pk)) if pk.isdecimal() and len(pk) < 19 else None


@require_http_methods(EDIT)
@permission_required("customers.add_task", raise_exception=True)
def task_new(request: HttpRequest) -> HttpResponse:
    customer, user = _customer(request), signed_in(request)
    form = NewTaskForm(posted(request), user=user)

    def save() -> Saved:
        task = add_task(**form.said(), customer=customer, by=user, now=timezone.now())
        said = _("Task added.") if task.assignee_id == user.pk else _("Task added: %(whose)s.") % {"whose": _of(task)}
        to: Any = customer or "customers:tasks"
        return Saved(message=said, to=to, part=partial(changed, request))

    context = {"customer": customer}
    return edit_page(request, f"{FOLDER}/new.html", form, save, context, part="#form", beside=BESIDE)


@require_GET
@permission_required("customers.view_task", raise_exception=True)
def customer_tasks(request: HttpRequest, pk: int) -> HttpResponse:
    """The panel of a customer's page, for it to put in place; the list without script."""
    customer = get_customer(request, pk)
    if not asks_for_part(request):
        return redirect(f"{reverse('customers:tasks')}?view=open&customer={customer.pk}")
    return render(request, f"{FOLDER}/panel.html", open_tasks(request, customer))


BESIDE: Beside = {OutOfReach: "when", RepeatsFromNoDay: "when"}


def _of(task: Task) -> object:
    return task.assignee or task.team or _("nobody yet")


@require_http_methods(EDIT)
@permission_required("customers.view_task", raise_exception=True)
def task_page(request: HttpRequest, pk: int) -> HttpResponse:
    """What there is to know of it, as a form for those who may change it."""
    visible = Task.objects.visible_to(signed_in(request))
    task = get_object_or_404(visible.select_related("customer", "done_by", "created_by"), pk=pk)
    may_change = request.user.has_perm("customers.change_task")
    if not may_change and request.method == "POST":
        return render(request, "403.html", status=403)
    form = TaskForm(posted(request), instance=Task.objects.visible_to(request.user).get(pk=pk))

    def save() -> Saved:
        seen = form.cleaned_data["seen"]
        change_task(task=form.instance, by=signed_in(request), now=timezone.now(), seen=seen)
        return Saved(message=_("Task saved."), to=task.customer or "customers:tasks")

    beside: Beside = {OutOfReach: "due_on", RepeatsFromNoDay: "due_on"}
    context = {"task": task, "may_change": may_change, "now": timezone.now()}
    return edit_page(request, f"{FOLDER}/task.html", form, save, context, beside=beside)
