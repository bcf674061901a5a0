from datetime import timedelta

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.utils import translation
from pytest_django import Settings

from accounts.models import User
from crm.common.limits.limiting import limited, spelt
from crm.common.limits.rates import Rate
from tests.conftest import UserFor

pytestmark = pytest.mark.django_db


@limited("search", when=lambda request: "q" in request.GET)
def a_list(request: HttpRequest) -> HttpResponse:
    return HttpResponse("the list")


@limited("search")
def another_list(request: HttpRequest) -> HttpResponse:
    return HttpResponse("another")


@pytest.fixture(autouse=True)
def two_a_minute(settings: Settings) -> None:
    settings.CRM_LIMITS = {"search": Rate.parse("2/1m")}


@pytest.fixture
def ann(user_for: UserFor) -> User:
    return user_for("sales")


def get(user: User, *, query: str = "?q=a", htmx: bool = False, view: object = a_list) -> HttpResponse:
    request = RequestFactory().get(f"/{query}", headers={"HX-Request": "true"} if htmx else {})
    request.user = user
    return view(request)  # type: ignore[operator]


def test_beyond_the_rate_it_is_429_with_a_sentence(ann: User, time_machine: object) -> None:
    time_machine.move_to("2026-03-01T12:00:00Z", tick=False)  # type: ignore[attr-defined]
    assert [get(ann).content for _ in range(2)] == [b"the list"] * 2
    time_machine.move_to("2026-03-01T12:00:20Z", tick=False)  # type: ignore[attr-defined]
    refused = get(ann)
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "40")
    assert "Too many requests: at most 2 in 1 minute. Try again in 40 seconds." in refused.content.decode()
    time_machine.move_to("2026-03-01T12:01:00Z", tick=False)  # type: ignore[attr-defined]
    assert get(ann).status_code == 200


def test_htmx_gets_a_message_for_the_page_it_stands_on(ann: User) -> None:
    for _ in range(2):
        get(ann)
    refused = get(ann, htmx=True)
    text = refused.content.decode()
    assert (refused.status_code, refused.headers["HX-Retarget"], refused.headers["HX-Reswap"]) == (
        429, "#messages", "outerHTML",
    )  # fmt: skip
    assert "Too many requests: at most 2 in 1 minute." in text
    assert "<html" not in text


def test_the_sentence_is_in_the_readers_language(ann: User) -> None:
    for _ in range(2):
        get(ann)
    with translation.override("zh-hans"):
        assert "请求过多：1 分钟内最多 2 次。" in get(ann).content.decode()


def test_only_what_costs_is_counted(ann: User) -> None:
    assert {get(ann, query="").status_code for _ in range(9)} == {200}
    assert get(ann).status_code == 200


def test_each_user_has_their_own_count(ann: User, user_for: UserFor) -> None:
    assert [get(ann).status_code for _ in range(3)] == [200, 200, 429]
    assert get(user_for("service")).status_code == 200


def test_views_of_one_name_are_counted_together(ann: User) -> None:
    assert [get(ann).status_code, get(ann, view=another_list).status_code, get(ann).status_code] == [200, 200, 429]


@pytest.mark.parametrize(
    ("seconds", "text"), [(1, "1 second"), (59, "59 seconds"), (60, "1 minute"), (61, "2 minutes"), (600, "10 minutes")]
)
def test_spans_are_spelt(seconds: int, text: str) -> None:
    assert spelt(timedelta(seconds=seconds)) == text
