"""What a page is answered after something was done with a task."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
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
