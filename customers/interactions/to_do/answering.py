"""What a page is answered after something was done with a task."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django_htmx.http import trigger_client_event

from crm.common.coming_from import next_of
from crm.common.fragments import asks_for_part

CHANGED = "tasks-changed"
"""The browser's event upon which lists of tasks show themselves anew."""


def answer(request: HttpRequest) -> HttpResponse:
    """For htmx the messages, and the event; else back to where the button was."""
    if asks_for_part(request):
        return changed(request)
    return redirect(next_of(request, else_to=reverse("customers:tasks")))


def changed(request: HttpRequest) -> HttpResponse:
    response = render(request, "components/messages.html", {"oob": True})
    return trigger_client_event(response, CHANGED)


def say_with_undo(request: HttpRequest, words: str, *, undo: str, page: str) -> None:
    """`undo`: where a POST takes it back; `page`: where that can be done without script. Stays until it is closed."""
    link = format_html(
        '<a class="btn btn-sm" href="{}" hx-post="{}" hx-swap="none" aria-keyshortcuts="u">{}</a>',
        page,
        undo,
        _("Undo"),
    )
    messages.info(request, format_html("{} {}", words, link))
