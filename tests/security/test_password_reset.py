"""A password reset tells nobody who works here: neither by what it says nor by how long it takes."""

import re
import time
from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from accounts.domain import staff
from accounts.roles import Role
from crm.common.outbox.delivering import deliver_due
from crm.common.outbox.models import OutboxMail
from tests.smtp import MailServer, mail_server, settings_for

PLACE = "/accounts/password/reset/"
KNOWN, UNKNOWN = "ann@example.com", "eve@example.com"


@pytest.fixture
def slow_server(settings: Settings) -> Iterator[MailServer]:
    """Takes no mail until it is released."""
    with mail_server() as running:
        running.holds_at = "EHLO"
        for name, value in settings_for(running, timeout_s=30).items():
            setattr(settings, name, value)
        yield running


@pytest.fixture(autouse=True)
def ann(db: None) -> None:
    staff.create_user(email=KNOWN, name="Ann", role=Role.SALES)


def ask(email: str) -> tuple[int, str, str]:
    """Status, place and page of the answer, without what differs between any two answers."""
    client = Client()
    answer = client.post(PLACE, {"email": email})
    page = client.get(answer.headers["Location"]).content.decode()
    return answer.status_code, answer.headers["Location"], re.sub(r'(csrf\w*|X-CSRFToken)(": "|" value=")\w+', "", page)


def queries_of(email: str) -> list[str]:
    with CaptureQueriesContext(
        connection,
    ) as seen:
        Client().post(PLACE, {"email": email})
    return [re.sub(r"'[^']*'|\d+", "?", query["sql"]) for query in seen.captured_queries]


def test_known_and_unknown_addresses_get_the_same_answer(slow_server: MailServer) -> None:
    assert ask(KNOWN) == ask(UNKNOWN)


def test_the_same_statements_are_run_for_both(slow_server: MailServer) -> None:
    queries_of("warm@example.com")
    known, unknown = queries_of(KNOWN), queries_of(UNKNOWN)
    assert known == unknown
    assert not any("accounts_user" in query for query in known)


@pytest.mark.django_db(transaction=True)
def test_both_take_the_same_time_however_slow_the_mail_server(slow_server: MailServer) -> None:
    took: dict[str, list[float]] = {KNOWN: [], UNKNOWN: []}
    for _round in range(40):
        for email, times in took.items():
            client = Client()
            began = time.perf_counter()
            client.post(PLACE, {"email": email})
            times.append(time.perf_counter() - began)
            OutboxMail.objects.all().delete()
    known, unknown = map(min, took.values())  # undisturbed by what else the machine does
    assert abs(known - unknown) < 0.010
    assert slow_server.tried == 0


def test_only_the_known_address_is_written_to_and_the_other_is_forgotten(slow_server: MailServer) -> None:
    slow_server.release()
    for email in (KNOWN, UNKNOWN):
        Client().post(PLACE, {"email": email})
    deliver_due()
    assert [message["To"] for message in slow_server.received] == [KNOWN]
    assert list(OutboxMail.objects.values_list("to", "state", "body", "data")) == [(KNOWN, "sent", "", {})]


def test_no_link_ever_stands_in_the_database(slow_server: MailServer) -> None:
    Client().post(PLACE, {"email": KNOWN})
    mail = OutboxMail.objects.get()
    assert (mail.body, mail.html) == ("", "")
    assert mail.data == {"link": "http://testserver/accounts/password/reset/key/UID-KEY/"}
