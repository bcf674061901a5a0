"""What goes with being signed in: the way to sign in, one's language, and that no browser keeps one's pages."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import translation

from crm.common.coming_from import page_of

SIGN_IN = "X-Sign-In"
"""The header of a 401 that says where to sign in; session.js shows it."""


class SignInMiddleware(LoginRequiredMiddleware):
    """Whoever is not signed in is led to the sign-in page, and from there back to the page they were on.

    That is the page, not the address asked for: a form may be sent, and a part of a page be asked for, at an address
    that shows nothing by itself. A part of a page gets no sign-in page in its place, but 401.
    """

    def handle_no_permission(  # type: ignore[override] # Django reads no more of it than of any answer
        self, request: HttpRequest, view_func: Any
    ) -> HttpResponseBase:
        url, name = self.get_login_url(view_func), self.get_redirect_field_name(view_func)
        if "HX-Request" in request.headers:
            leads_to = redirect_to_login(page_of(request, else_to="/"), url, name)
            return HttpResponse(status=HTTPStatus.UNAUTHORIZED, headers={SIGN_IN: leads_to.url})
        if request.method == "POST":
            return redirect_to_login(page_of(request, else_to=request.get_full_path()), url, name)
        return super().handle_no_permission(request, view_func)


class AccountLanguageMiddleware:
    """The language a member of staff has chosen goes with the account, whatever browser they sit at.

    Stands after AuthenticationMiddleware; LocaleMiddleware before it serves those who chose nothing.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = getattr(request.user, "language", "")
        if language in dict(settings.LANGUAGES):
            translation.activate(language)
            request.LANGUAGE_CODE = language
        return self.get_response(request)


class NothingKeptMiddleware:
    """No answer to somebody signed in is stored: Back shows nothing after they signed out, nor does a shared cache.

    Stands after AuthenticationMiddleware. Static files are answered before it and may be kept for ever.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        was_signed_in = request.user.is_authenticated
        response = self.get_response(request)
        if was_signed_in or request.user.is_authenticated:
            response.headers["Cache-Control"] = "no-store, private"
        return response
