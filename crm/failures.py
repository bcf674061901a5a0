"""The page of a request that failed: a full disk is said so, since trying again does not help."""

import sys
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.template import loader
from django.views.defaults import server_error as failed
from psycopg.errors import DiskFull

from crm.common.files import is_full

_INSUFFICIENT_STORAGE: Final = 507


def server_error(request: HttpRequest) -> HttpResponse:
    """Called by Django while the exception is handled."""
    error = sys.exc_info()[1]
    if (isinstance(error, OSError) and is_full(error)) or isinstance(getattr(error, "__cause__", None), DiskFull):
        return HttpResponse(loader.render_to_string("507.html"), status=_INSUFFICIENT_STORAGE)
    return failed(request)
