"""One line a request, which says who asked only where that was known without asking."""

import re
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
import structlog
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.utils import timezone
from structlog.testing import capture_logs

from accounts.models import User
from crm import middleware as module
from crm.common.company.current import assumed
from crm.middleware import company_time, request_log


@pytest.fixture(autouse=True)
def nothing_bound() -> Iterator[None]:
    yield
    structlog.contextvars.clear_contextvars()


def lines(path: str, *, user: User | AnonymousUser | None = None) -> list[dict[str, Any]]:
    request = RequestFactory().post(path)
    if user is not None:
        request._cached_user = user  # type: ignore[attr-defined] # as AuthenticationMiddleware leaves it
    with capture_logs() as logged:
        request_log(lambda _request: HttpResponse(status=302))(request)
    return [dict(line) for line in logged]


def test_a_request_is_one_line_with_the_milliseconds_it_took(monkeypatch: pytest.MonkeyPatch) -> None:
    moments = iter([7.0, 7.01246])
    monkeypatch.setattr("crm.middleware.time", SimpleNamespace(perf_counter=moments.__next__))
    assert lines("/customers/?q=secret") == [
        {"event": "request", "log_level": "info", "method": "POST", "path": "/customers/", "status": 302, "ms": 12.5}
    ]


@pytest.mark.parametrize("path", ["/static/page.css", "/healthz", "/readyz"])
def test_what_nobody_needs_to_read_is_not_written(path: str) -> None:
    assert lines(path) == []


def test_who_asked_is_named_where_it_was_looked_up() -> None:
    assert lines("/", user=User(pk=7))[0]["user"] == 7
    assert "user" not in lines("/", user=AnonymousUser())[0]


def test_all_lines_of_a_request_carry_its_number_and_nothing_of_the_one_before() -> None:
    seen: list[dict[str, Any]] = []

    def view(_request: HttpRequest) -> HttpResponse:
        seen.append(structlog.contextvars.get_contextvars())
        structlog.contextvars.bind_contextvars(customer=5)
        return HttpResponse()

    for _ in range(2):
        request_log(view)(RequestFactory().get("/healthz"))

    assert [list(each) for each in seen] == [["request_id"]] * 2
    first, second = (each["request_id"] for each in seen)
    assert first != second
    assert re.fullmatch("[0-9a-f]{12}", first)


def test_a_page_tells_the_time_in_the_companys_zone() -> None:
    shown: list[str] = []

    def view(_request: HttpRequest) -> HttpResponse:
        shown.append(timezone.get_current_timezone_name())
        return HttpResponse()

    with timezone.override(None):
        for zone in ("Asia/Shanghai", "Europe/Berlin"):
            with assumed(time_zone=zone):
                company_time(view)(RequestFactory().get("/"))
    assert shown == ["Asia/Shanghai", "Europe/Berlin"]


@pytest.mark.parametrize(("length", "is_let_go"), [("", False), ("65536", False), ("65537", True)])
def test_who_sends_much_holds_no_session_of_the_database_meanwhile(
    length: str, is_let_go: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed: list[str] = []
    monkeypatch.setattr(module, "connection", SimpleNamespace(in_atomic_block=False, close=lambda: closed.append("it")))
    request = RequestFactory().post("/")
    request.META["CONTENT_LENGTH"] = length
    assert module.no_session_while_it_arrives(lambda _request: HttpResponse("x"))(request).content == b"x"
    assert closed == ["it"] * is_let_go
