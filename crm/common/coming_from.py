"""The page a request comes from, where the browser says so, and the one its form leads back to."""

from urllib.parse import urlsplit, urlunsplit

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme


def page_of(request: HttpRequest, *, else_to: str) -> str:
    """Path and query of the page that sent the form or asked for a part of itself; `else_to` if it is none of ours."""
    address = request.headers.get("HX-Current-URL") or request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure()):
        return else_to
    parts = urlsplit(address)
    return urlunsplit(("", "", "/" + parts.path.lstrip("/\\"), parts.query, ""))  # two slashes lead to another host


def next_of(request: HttpRequest, *, else_to: str) -> str:
    """Where the form that was sent wants to go on; `else_to` if that is no path of ours."""
    path = request.POST.get("next", "")
    is_ours = path.startswith("/") and url_has_allowed_host_and_scheme(path, None)
    return path if is_ours else else_to
