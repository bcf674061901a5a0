"""What is done with a task by one button: done, put off, taken, deleted; and back."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import signed_in
from crm.common.days import day_of
from crm.common.errors import DomainError
from crm.common.fragments import asks_for_part
from crm.common.saving import EDIT, Saved, edit_page, posted
from crm.common.undoing import say_with_undo
from customers.interactions.to_do.answering import answer, changed
from customers.interactions.to_do.changing import take_task
from customers.interactions.to_do.completing import complete_task, reopen_task
from customers.interactions.to_do.forms import SnoozeForm
from customers.interactions.to_do.removing import delete_task, restore_task
from customers.interactions.to_do.snoozing import CHOICES, snooze_task, undo_snooze
from customers.interactions.to_do.words import until_words
from customers.models import Task

may_change = permission_required("customers.change_task", raise_exception=True)


def _get(request: HttpRequest, pk: int) -> Task:
    return get_object_or_404(Task.objects.visible_to(request.user), pk=pk)


def _try(request: HttpRequest, step: Callable[[], None]) -> HttpResponse:
    """Do it; a refusal is said where the button was."""
    try:
        step()
    except DomainError as refusal:
        messages.error(request, str(refusal))
    return answer(request)


@require_POST
@may_change
def task_done(request: HttpRequest, pk: int) -> HttpResponse:
    task = _get(request, pk)

    def step() -> None:
        complete_task(task=task, by=signed_in(request), now=timezone.now())
        undo, page = reverse("customers:task_reopen", args=[pk]), task.get_absolute_url()
        say_with_undo(request, _("Done: %(what)s") % {"what": task.what}, undo=undo, page=page)

    return _try(request, step)


@require_POST
@may_change
def task_reopen(request: HttpRequest, pk: int) -> HttpResponse:
    task = _get(request, pk)

    def step() -> None:
        reopen_task(task=task, by=signed_in(request), now=timezone.now())
        messages.success(request, _("To be done again: %(what)s") % {"what": task.what})

    return _try(request, step)


@require_POST
@may_change
def task_take(request: HttpRequest, pk: int) -> HttpResponse:
    task = _get(request, pk)

    def step() -> None:
        take_task(task=task, by=signed_in(request))
        messages.success(request, _("Yours: %(what)s") % {"what": task.what})

    return _try(request, step)


@require_http_methods(EDIT)
@may_change
def task_snooze(request: HttpRequest, pk: int) -> HttpResponse:
    task = _get(request, pk)
    form = SnoozeForm(posted(request))

    def save() -> Saved:
        now = timezone.now()
        until = form.until()
        snooze_task(task=task, until=until, by=signed_in(request), now=now)
        if until is None:
            messages.success(request, _("No longer put off: %(what)s") % {"what": task.what})
        else:
            said = _("Put off until %(when)s: %(what)s") % {"when": until_words(until, now), "what": task.what}
            say_with_undo(
                request, said, undo=reverse("customers:task_unsnooze", args=[pk]), page=task.get_absolute_url()
            )
        return Saved(to="customers:tasks", part=lambda: changed(request))

    context = {"task": task, "choices": CHOICES, "tomorrow": day_of(timezone.now())}
    return edit_page(request, "customers/interactions/to_do/snooze.html", form, save, context, part="#form")


@require_POST
@may_change
def task_unsnooze(request: HttpRequest, pk: int) -> HttpResponse:
    """Undo of the last time it was put off."""
    task, now = _get(request, pk), timezone.now()

    def step() -> None:
        until = undo_snooze(task=task, now=now).snoozed_until
        words = _("No longer put off: %(what)s") if until is None else _("Put off until %(when)s as before: %(what)s")
        messages.success(request, words % {"what": task.what, "when": until_words(until, now) if until else ""})

    return _try(request, step)


@require_POST
@may_change
def task_delete(request: HttpRequest, pk: int) -> HttpResponse:
    task = _get(request, pk)

    def step() -> None:
        delete_task(task=task, by=signed_in(request), now=timezone.now())
        url = reverse("customers:task_restore", args=[pk])
        say_with_undo(request, _("Deleted: %(what)s") % {"what": task.what}, undo=url, page=url)

    return _try(request, step)


@require_http_methods(EDIT)
@permission_required("customers.add_task", raise_exception=True)
def task_restore(request: HttpRequest, pk: int) -> HttpResponse:
    """A page with one button, for those whose browser runs no script."""
    if request.method != "POST":
        return render(request, "customers/interactions/to_do/restore.html", {"pk": pk})
    try:
        task = restore_task(task_id=pk, by=signed_in(request), now=timezone.now())
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return answer(request)
    messages.success(request, _("Restored: %(what)s") % {"what": task.what})
    return changed(request) if asks_for_part(request) else redirect(task)
