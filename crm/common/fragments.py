"""Pages, and the parts of them that htmx asks for."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django_htmx.middleware import HtmxDetails


def asks_for_part(request: HttpRequest) -> bool:
    """Whether htmx wants something to put in place; a page of the browser's history it wants whole."""
    htmx: HtmxDetails = request.htmx  # type: ignore[attr-defined] # set by its middleware
    return bool(htmx) and not htmx.history_restore_request


def render_part(
    request: HttpRequest, page: str, part: str, context: Mapping[str, Any], *, status: int = 200
) -> HttpResponse:
    """The template `page`, or for htmx `part`: a `{% partialdef %}` of the page ("#name"), or a template of its own."""
    template = page if not asks_for_part(request) else page + part if part.startswith("#") else part
    response = render(request, template, context, status=status)
    patch_vary_headers(response, ["HX-Request", "HX-History-Restore-Request"])
    return response
