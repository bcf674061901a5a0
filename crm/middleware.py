"""One structured log line a request, and a number that joins the lines of one request."""

import time
import uuid
from collections.abc import Callable

import structlog
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from crm.common.days import company_zone
from crm.logs import path_of

log = structlog.get_logger("crm.requests")

MUCH = 65_536
QUIET = ("/static/", "/healthz", "/readyz")


def request_log(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    def middleware(request: HttpRequest) -> HttpResponse:
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=uuid.uuid4().hex[:12])
        began = time.perf_counter()
        response = get_response(request)
        if not request.path.startswith(QUIET):
            ms = round((time.perf_counter() - began) * 1000, 1)
            log.info(
                "request",
                method=request.method,
                path=path_of(request),
                status=response.status_code,
                ms=ms,
                **_who(request),
            )
        return response

    return middleware


def company_time(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Pages tell the time in the company's zone."""

    def middleware(request: HttpRequest) -> HttpResponse:
        timezone.activate(company_zone())
        return get_response(request)

    return middleware


def no_session_while_it_arrives(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Who sends much, maybe slowly, holds none of the database's few sessions meanwhile. All middleware above has had
    its answers, and none has looked at the body yet.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if int(request.META.get("CONTENT_LENGTH") or 0) > MUCH and not connection.in_atomic_block:
            connection.close()
        return get_response(request)

    return middleware


def _who(request: HttpRequest) -> dict[str, int]:
    """The user's number when the request has looked the user up already; no query for the log's sake."""
    user = getattr(request, "_cached_user", None)
    return {"user": user.pk} if user is not None and user.pk else {}
