from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.utils.translation import get_language, override

from accounts.middleware import AccountLanguageMiddleware, NothingKeptMiddleware
from accounts.models import User


def request_of(user: User | AnonymousUser) -> HttpRequest:
    request = RequestFactory().get("/")
    request.user, request.LANGUAGE_CODE = user, "en"
    return request


class TestLanguage:
    @pytest.fixture(autouse=True)
    def of_the_browser(self) -> Iterator[None]:
        """What LocaleMiddleware found before."""
        with override("en"):
            yield

    def shown(self, user: User | AnonymousUser) -> tuple[str | None, str]:
        """The language in which the page is made, and what the request says."""
        request, seen = request_of(user), list[str | None]()

        def view(_request: HttpRequest) -> HttpResponse:
            seen.append(get_language())
            return HttpResponse()

        AccountLanguageMiddleware(view)(request)
        return seen[0], request.LANGUAGE_CODE

    def test_is_the_one_that_was_chosen_for_the_account(self) -> None:
        assert self.shown(User(language="zh-hans")) == ("zh-hans", "zh-hans")

    @pytest.mark.parametrize("language", ["", "tlh"])
    def test_is_the_browsers_where_none_was_chosen_or_it_is_offered_no_more(self, language: str) -> None:
        assert self.shown(User(language=language)) == ("en", "en")

    def test_is_the_browsers_for_a_visitor(self) -> None:
        assert self.shown(AnonymousUser()) == ("en", "en")


class TestNothingKept:
    def kept(self, before: User | AnonymousUser, after: User | AnonymousUser) -> Any:
        def view(request: HttpRequest) -> HttpResponse:
            request.user = after
            return HttpResponse(headers={"Cache-Control": "public"})

        return NothingKeptMiddleware(view)(request_of(before)).headers["Cache-Control"]

    @pytest.mark.parametrize(
        ("before", "after", "kept"),
        [
            (User(), User(), "no-store, private"),
            (AnonymousUser(), User(), "no-store, private"),
            (User(), AnonymousUser(), "no-store, private"),
            (AnonymousUser(), AnonymousUser(), "public"),
        ],
    )
    def test_whatever_the_view_says_nobody_keeps_what_staff_see(self, before: Any, after: Any, kept: str) -> None:
        assert self.kept(before, after) == kept


class TestSignIn:
    """The session is gone; the page the request came from is where one wants to be afterwards."""

    def test_a_page_leads_to_sign_in_and_back_to_itself(self) -> None:
        answer = Client().get("/customers/?q=a")
        assert (answer.status_code, answer.headers["Location"]) == (302, "/accounts/login/?next=/customers/%3Fq%3Da")

    def test_a_form_leads_back_to_the_page_it_stood_on(self) -> None:
        answer = Client().post("/interactions/5/undo/", headers={"referer": "http://testserver/customers/3/"})
        assert (answer.status_code, answer.headers["Location"]) == (302, "/accounts/login/?next=/customers/3/")

    def test_a_form_of_an_unknown_page_leads_to_its_own_address(self) -> None:
        assert Client().post("/customers/new/").headers["Location"] == "/accounts/login/?next=/customers/new/"

    @pytest.mark.parametrize("method", ["get", "post"])
    def test_a_part_of_a_page_gets_no_page_in_its_place(self, method: str) -> None:
        headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/customers/3/?tab=1"}
        answer = getattr(Client(), method)("/customers/3/interactions/new/", headers=headers)
        assert (answer.status_code, answer.content) == (401, b"")
        assert answer.headers["X-Sign-In"] == "/accounts/login/?next=/customers/3/%3Ftab%3D1"
