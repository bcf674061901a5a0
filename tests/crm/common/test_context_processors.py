import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory

from accounts.models import User
from crm.common.company.current import CompanyFacts, assume
from crm.common.context_processors import frame


@pytest.mark.parametrize(
    ("cookie", "theme"),
    [(None, "auto"), ("auto", "auto"), ("dark", "dark"), ("light", "light"), ("Dark", "auto"), ('"><script>', "auto")],
)
def test_the_theme_is_one_that_there_is(cookie: str | None, theme: str) -> None:
    request = RequestFactory().get("/")
    request.COOKIES = {} if cookie is None else {"theme": cookie}

    assert frame(request)["theme"] == theme


def test_the_page_knows_that_days_are_being_cut_anew() -> None:
    request = RequestFactory().get("/")
    assert frame(request)["zone_is_changing"] is False
    assume(CompanyFacts("UTC", "EUR", zone_is_changing=True))
    assert frame(request)["zone_is_changing"] is True


def test_the_navigation_is_made_for_whoever_asks_when_it_is_shown() -> None:
    request = RequestFactory().get("/")
    navigation = frame(request)["navigation"]
    request.user = AnonymousUser()  # only the template asks who it is

    assert navigation.sections == ()  # type: ignore[attr-defined]


def test_what_is_typed_is_kept_under_a_name_that_is_each_users_own_and_tells_nothing() -> None:
    def kept_for(user: User | AnonymousUser) -> str:
        request = RequestFactory().get("/")
        request.user = user
        return str(frame(request)["drafts_of"])

    ann, bob = kept_for(User(pk=1)), kept_for(User(pk=2))
    assert kept_for(AnonymousUser()) == ""
    assert (len(ann), ann != bob, kept_for(User(pk=1)) == ann) == (16, True, True)
