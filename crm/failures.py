"""The page of a request that failed: what trying again, now or later, does about it is said."""

import sys
from http import HTTPStatus
from typing import Final

from django.contrib.messages import constants
from django.contrib.messages.storage.base import Message
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import loader
from django.utils.translation import gettext as _
from django.views.defaults import server_error as failed
from psycopg.errors import DiskFull, LockNotAvailable, QueryCanceled

from crm.common.coming_from import page_of
from crm.common.files import is_full

_INSUFFICIENT_STORAGE: Final = 507
RETRY_AFTER_S: Final = 30
PAGE_TOO_OLD: Final = "X-Page-Too-Old"  # session.js says it on the page
_CONNECTION: Final = "08000"  # what has no code never came to the server
_AWAY: Final = ("08", "57P")  # the connection was lost; the server is shutting down, or starting


def server_error(request: HttpRequest) -> HttpResponse:
    """Called by Django while the exception is handled."""
    error = sys.exc_info()[1]
    cause = getattr(error, "__cause__", None)
    if (isinstance(error, OSError) and is_full(error)) or isinstance(cause, DiskFull):
        return HttpResponse(loader.render_to_string("507.html"), status=_INSUFFICIENT_STORAGE)
    if isinstance(cause, LockNotAvailable | QueryCanceled):
        return unavailable(request, title=_("This took too long"), text=_took_too_long())
    if isinstance(error, OperationalError) and (getattr(cause, "sqlstate", None) or _CONNECTION).startswith(_AWAY):
        return unavailable(request, title=_("The database does not answer"), text=_no_database())
    return failed(request)


def _took_too_long() -> str:
    return _(
        "The database was busy for so long that this was given up. Nothing was half saved. Try again in a minute; if "
        "it asks for much at once, ask for less."
    )


def _no_database() -> str:
    return _("Pages come back by themselves as soon as it does. Nothing was half saved. Try again in a minute.")


def page_too_old(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: the form's token is not this session's. Usually someone has signed in meanwhile, in another tab."""
    if "HX-Request" in request.headers:
        return HttpResponse(status=HTTPStatus.FORBIDDEN, headers={PAGE_TOO_OLD: "yes"})
    return render(request, "403_csrf.html", {"back_url": page_of(request, else_to="/")}, status=HTTPStatus.FORBIDDEN)


def unavailable(request: HttpRequest, *, title: str, text: str) -> HttpResponse:
    """503, as a page or, for htmx, as a message on the page that asked; asks the database for nothing."""
    if "HX-Request" in request.headers:
        said = [Message(constants.WARNING, f"{title}. {text}")]
        page = loader.render_to_string("components/messages.html", {"messages": said})
        headers = {"HX-Retarget": "#messages", "HX-Reswap": "outerHTML"}
    else:
        page = loader.render_to_string("503.html", {"title": title, "text": text})
        headers = {}
    return HttpResponse(page, status=503, headers=headers | {"Retry-After": str(RETRY_AFTER_S)})
