from typing import Any

import pytest
from django.contrib import messages
from django.contrib.messages.storage.fallback import FallbackStorage
from django.http import HttpRequest
from django.test import RequestFactory
from django_htmx.middleware import HtmxDetails

from customers.interactions.to_do.answering import CHANGED, answer, changed


@pytest.fixture
def asked(rf: RequestFactory) -> Any:
    """A POST as the middleware leaves it: htmx and messages know it."""

    def one(next_url: str = "", **headers: str) -> HttpRequest:
        request = rf.post("/tasks/1/complete/", {"next": next_url} if next_url else {}, headers=headers)
        request.session = {}  # type: ignore[assignment]
        request.htmx = HtmxDetails(request)  # type: ignore[attr-defined]
        request._messages = FallbackStorage(request)  # type: ignore[attr-defined]
        return request

    return one


def said(request: HttpRequest) -> list[tuple[str, str]]:
    return [(message.level_tag, message.message) for message in messages.get_messages(request)]


@pytest.mark.parametrize(
    ("next_url", "to"),
    [
        ("/customers/7/?tab=1#tasks", "/customers/7/?tab=1#tasks"),
        ("", "/tasks/"),
        ("https://elsewhere.example/", "/tasks/"),
        ("//elsewhere.example/", "/tasks/"),
        ("tasks/", "/tasks/"),
    ],
)
def test_without_htmx_it_goes_back_to_where_the_button_was(asked: Any, next_url: str, to: str) -> None:
    request = asked(next_url)
    messages.success(request, "Done.")
    response = answer(request)
    assert (response.status_code, response["Location"]) == (302, to)
    assert "HX-Trigger" not in response
    assert said(request) == [("success", "Done.")], "left for the page that comes"


def test_htmx_gets_the_messages_and_the_event(asked: Any) -> None:
    request = asked("/customers/7/", **{"HX-Request": "true"})
    messages.success(request, "Called <b>Ada</b>")
    response = answer(request)
    page = response.content.decode()
    assert (response.status_code, response["HX-Trigger"]) == (200, '{"tasks-changed": {}}')
    assert 'id="messages"' in page
    assert 'hx-swap-oob="true"' in page
    assert "Called &lt;b&gt;Ada&lt;/b&gt;" in page
    assert CHANGED == "tasks-changed"


def test_a_page_of_the_browser_s_history_is_no_part(asked: Any) -> None:
    response = answer(asked(**{"HX-Request": "true", "HX-History-Restore-Request": "true"}))
    assert (response.status_code, response["Location"]) == (302, "/tasks/")


def test_with_nothing_to_say_the_event_comes_all_the_same(asked: Any) -> None:
    response = changed(asked())
    assert (response.status_code, response["HX-Trigger"]) == (200, '{"tasks-changed": {}}')
    assert "toast-message" not in response.content.decode()
