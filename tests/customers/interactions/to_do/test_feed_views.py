import re

import pytest
from django.test import Client
from django.urls import reverse

from customers.interactions.to_do import feed_views
from customers.models import CalendarFeed
from tests.conftest import ClientFor, UserFor
from tests.factories.to_do import TaskFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]
PAGE = "/me/calendar/"


def made(client: Client) -> str:
    """The path of a new feed, as its page shows it once."""
    page = client.post(PAGE).content.decode()
    found = re.search(r'value="http://testserver(/calendar/[^"]+\.ics)"', page)
    assert found
    return found[1]


def test_a_calendar_reads_without_signing_in(client_for: ClientFor, user_for: UserFor) -> None:
    TaskFactory.create(what="Call back", assignee=user_for("sales"))
    client = client_for("sales")
    path = made(client)
    answer = Client().get(path)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    assert answer.headers["Cache-Control"] == "no-store, private"
    assert "SUMMARY:Call back" in answer.content.decode()
    page = client.get(PAGE).content.decode()
    assert path not in page
    assert "A calendar read it" in page


def test_an_address_replaced_or_revoked_leads_nowhere(client_for: ClientFor) -> None:
    client = client_for("sales")
    first = made(client)
    second = made(client)
    assert (Client().get(first).status_code, Client().get(second).status_code) == (404, 200)
    assert client.post("/me/calendar/revoke/").headers["Location"] == PAGE
    assert Client().get(second).status_code == 404
    assert not CalendarFeed.objects.exists()


def test_wrong_ones_are_held_back_and_right_ones_beside_them_are_not(client_for: ClientFor) -> None:
    path = made(client_for("sales"))
    statuses = [Client().get(f"/calendar/{number}.ics").status_code for number in range(32)]
    assert statuses == [404] * 30 + [429] * 2
    assert Client().get(path).status_code == 200


def test_right_ones_are_held_back_in_the_end(client_for: ClientFor) -> None:
    path = made(client_for("sales"))
    statuses = [Client().get(path).status_code for _ in range(61)]
    assert statuses == [200] * 60 + [429]


def test_the_log_does_not_tell_the_secret(
    client_for: ClientFor, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = made(client_for("sales"))
    secret = path.removeprefix("/calendar/").removesuffix(".ics")
    caplog.clear()
    Client().get(path)
    assert "/calendar/….ics" in caplog.text
    monkeypatch.setattr(feed_views, "calendar_of", None)
    assert Client(raise_request_exception=False).get(path).status_code == 500
    failed = next(record for record in caplog.records if record.name == "django.request")
    assert (failed.getMessage(), failed.__dict__["request"]) == (
        "Internal Server Error: /calendar/….ics", "GET /calendar/….ics",
    )  # fmt: skip
    assert secret not in caplog.text
    assert reverse("customers:calendar_feed", args=[secret]) == path
