import pytest
from django.test import Client

from accounts.models import User
from tests.conftest import ClientFor
from tests.forms import as_shown

pytestmark = pytest.mark.django_db


def profile(client: Client, **typed: str) -> dict[str, object]:
    """What the page sends when that is typed into it."""
    return {**as_shown(client.get("/me/"), with_field="name"), **typed}


def test_the_profile_saves_name_and_language_and_answers_in_it(client_for: ClientFor) -> None:
    client = client_for("sales")
    answer = client.post("/me/", profile(client, name="Li Wei", language="zh-hans"), follow=True)
    assert answer.redirect_chain == [("/me/", 302)]
    user = User.objects.get(email="sales@test.example")
    assert (user.name, user.language) == ("Li Wei", "zh-hans")
    assert b'<html lang="zh-hans"' in answer.content


def test_a_bad_profile_is_refused_beside_its_field(client_for: ClientFor) -> None:
    client = client_for("sales")
    answer = client.post("/me/", profile(client, name="x" * 151, language="xx"))
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"name", "language"}
    assert User.objects.get(email="sales@test.example").name == "Sales"


def test_what_the_profile_refuses_is_not_shown_as_ones_name(client_for: ClientFor) -> None:
    client = client_for("sales")
    page = client.post("/me/", profile(client, name="Somebody else", language="xx")).content.decode()
    assert page.count("Somebody else") == 1, "in the field"


def test_of_two_tabs_the_second_is_shown_both_values_and_loses_nothing(client_for: ClientFor) -> None:
    client = client_for("sales")
    stale = profile(client, name="Sal", language="")
    client.post("/me/", profile(client, name="Sally", language="zh-hans"))
    client.post("/me/language/", {"language": "en"})
    refused = client.post("/me/", stale)
    assert refused.status_code == 422
    page = refused.content.decode()
    assert ("now: Sally" in page, "now: English" in page, 'value="Sal"' in page) == (True, True, True)
    assert User.objects.get(email="sales@test.example").name == "Sally"
    assert client.post("/me/", as_shown(refused, with_field="name")).status_code == 302
    user = User.objects.get(email="sales@test.example")
    assert (user.name, user.language) == ("Sal", "")


def test_a_language_is_remembered_for_visitors_and_accounts(client_for: ClientFor) -> None:
    visitor = Client()
    answer = visitor.post("/me/language/", {"language": "zh-hans", "next": "/accounts/login/"})
    assert answer.headers["Location"] == "/accounts/login/"
    assert b'<html lang="zh-hans"' in visitor.get("/accounts/login/").content

    signed_in = client_for("sales")
    signed_in.post("/me/language/", {"language": "zh-hans"})
    assert User.objects.get(email="sales@test.example").language == "zh-hans"
    elsewhere = client_for("sales")
    assert b'<html lang="zh-hans"' in elsewhere.get("/me/").content


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:alert(1)", ""])
def test_switches_lead_to_this_site_only(target: str) -> None:
    assert Client().post("/me/theme/", {"theme": "dark", "next": target}).headers["Location"] == "/"


@pytest.mark.parametrize(("theme", "shown"), [("dark", b'data-bs-theme="dark"'), ("light", b'data-bs-theme="light"')])
def test_a_theme_is_written_into_the_page(theme: str, shown: bytes) -> None:
    client = Client()
    client.post("/me/theme/", {"theme": theme})
    assert shown in client.get("/accounts/login/").content


def test_an_unknown_theme_or_language_changes_nothing() -> None:
    client = Client()
    client.post("/me/theme/", {"theme": '"><script>'})
    client.post("/me/language/", {"language": "tlh"})
    assert (dict(client.cookies), b'data-theme="auto"' in client.get("/accounts/login/").content) == ({}, True)


def test_the_address_page_is_closed(client_for: ClientFor) -> None:
    assert client_for("sales").get("/accounts/email/").headers["Location"] == "/me/"
    assert client_for("sales").post("/accounts/email/", {"action_add": "", "email": "x@y.zz"}).status_code == 302
