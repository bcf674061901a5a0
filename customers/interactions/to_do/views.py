"""The list of tasks, and the pages of one."""

from functools import partial
from typing import Any

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import signed_in
from crm.common.fragments import asks_for_part, render_part
from crm.common.paging import keyset_page
from crm.common.saving import EDIT, Beside, Saved, edit_page, posted
from customers.identity.access import get_customer
from customers.interactions.to_do import listing
from customers.interactions.to_do.adding import RepeatsFromNoDay, add_task
from customers.interactions.to_do.answering import changed
from customers.interactions.to_do.changing import change_task
from customers.interactions.to_do.due import OutOfReach
from customers.interactions.to_do.forms import NewTaskForm, TaskForm
from customers.interactions.to_do.panel import open_tasks
from customers.interactions.to_do.tables import TASKS, Reading
from customers.models import Customer, Task

FOLDER = "customers/interactions/to_do"


@require_GET
@permission_required("customers.view_task", raise_exception=True)
def task_list(request: HttpRequest) -> HttpResponse:
    return render_part(request, f"{FOLDER}/list.html", "#tasks", _list(request, request.GET))


def _list(request: HttpRequest, asked: QueryDict) -> dict[str, Any]:
    user, now = signed_in(request), timezone.now()
    customer = _customer(request)
    section = _one_of(listing.SECTIONS, asked.get("section", ""), listing.ALL if customer else listing.MINE)
    state = _one_of(listing.STATES, asked.get("state", ""), listing.OPEN)
    visible = Task.objects.visible_to(user)
    tasks = listing.of_section(visible.filter(customer=customer) if customer else visible, section, user)
    tasks = listing.by_urgency(listing.in_state(tasks, state, now=now), now=now)
    usual = listing.sort_of(state, "" if customer else section)
    may_change = user.has_perm("customers.change_task")
    reading = Reading(now=now, may_change=may_change, is_own=section == listing.MINE and customer is None)
    sort = TASKS.allowed(asked.get("sort", ""), default=usual, about=reading)
    page = keyset_page(
        listing.with_names(tasks), sort=TASKS.order_by(sort, about=reading), cursor=asked.get("cursor", "")
    )
    return {
        "tasks": TASKS.of(page.rows, about=reading, sort=sort, page=page),
        "sections": listing.SECTIONS, "section": section, "states": listing.STATES, "state": state,
        "of_customer": customer,
    }  # fmt: skip


def _customer(request: HttpRequest) -> Customer | None:
    """The customer that the page is about, if it is about one that the reader may see."""
    pk = request.GET.get("customer", "")
    return get_customer(request, int(pk)) if pk.isdecimal() and len(pk) < 19 else None


def _one_of(choices: Any, asked: str, usual: str) -> str:
    return asked if asked in dict(choices) else usual


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
        return redirect(f"{reverse('customers:tasks')}?customer={customer.pk}")
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
