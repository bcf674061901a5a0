import threading
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connections
from django.utils.translation import get_language
from pytest_django import Settings

from crm.common.outbox import writers
from crm.common.outbox.delivering import LEASE, MAX_ATTEMPTS, Outcome, deliver, deliver_due, forget_texts, pause_after
from crm.common.outbox.models import OutboxMail
from crm.common.outbox.sending import send_by_writer, send_mail
from crm.common.outbox.writers import Letter, register_writer
from crm.embedded import processes
from tests.smtp import MailServer

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def a_mail(*, to: str = "ann@example.com", subject: str = "Hello", **fields: Any) -> OutboxMail:
    return send_mail(to=to, kind="note", subject=subject, body="Grüße\n.\nEnd", **fields)


def seen(mail: OutboxMail) -> tuple[str, int, datetime | None]:
    mail.refresh_from_db()
    return mail.state, mail.attempts, mail.next_try_at


def test_a_mail_arrives_and_its_text_is_gone(server: MailServer, clock: time_machine.Traveller) -> None:
    mail = a_mail(html="<p>Grüße</p>", headers={"Reply-To": "desk@example.com"})
    assert deliver(mail_id=mail.pk) is Outcome.SENT
    (arrived,) = server.received
    assert (arrived["To"], arrived["Subject"], arrived["Reply-To"], arrived["Message-ID"]) == (
        "ann@example.com", "Hello", "desk@example.com", mail.headers["Message-ID"],
    )  # fmt: skip
    plain, html = arrived.get_body(("plain",)), arrived.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert plain.get_content().splitlines() == ["Grüße", ".", "End"]
    assert html.get_content().strip() == "<p>Grüße</p>"
    assert seen(mail) == ("sent", 1, None)
    assert (mail.subject, mail.to, mail.sent_at) == ("Hello", "ann@example.com", NOW)
    assert (mail.body, mail.html, mail.data, mail.has_text) == ("", "", {}, False)


def test_a_mail_is_sent_once_however_often_it_is_asked_for(server: MailServer) -> None:
    mail = a_mail()
    assert [deliver(mail_id=mail.pk) for _ in range(3)] == [Outcome.SENT, Outcome.NOT_CLAIMED, Outcome.NOT_CLAIMED]
    deliver_due()
    assert len(server.received) == 1


@pytest.mark.django_db(transaction=True)
def test_of_several_workers_one_sends(server: MailServer) -> None:
    mail = a_mail()
    outcomes: list[Outcome] = []

    def work() -> None:
        outcomes.append(deliver(mail_id=mail.pk))
        connections.close_all()

    workers = [threading.Thread(target=work) for _ in range(6)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(one.value for one in outcomes) == ["not claimed"] * 5 + ["sent"]
    assert len(server.received) == 1


def test_a_server_that_is_not_there_delays_a_mail(settings: Settings, clock: time_machine.Traveller) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", processes.free_port()
    mail = a_mail()
    assert deliver(mail_id=mail.pk) is Outcome.UNREACHABLE
    assert seen(mail) == ("failed", 1, NOW + timedelta(minutes=1))
    assert mail.last_error.startswith("ConnectionRefusedError")
    assert mail.body != ""
    deliver_due()
    assert seen(mail)[1] == 1, "its pause is not over"


def test_a_server_that_says_nothing_is_given_up_in_time(
    server: MailServer, settings: Settings, clock: time_machine.Traveller
) -> None:
    settings.EMAIL_TIMEOUT = 0.2
    server.holds_at = "RCPT"
    mail = a_mail()
    assert deliver(mail_id=mail.pk) is Outcome.UNREACHABLE
    assert (seen(mail)[0], server.received) == ("failed", [])
    server.release()
    clock.shift(timedelta(minutes=1))
    assert deliver(mail_id=mail.pk) is Outcome.SENT
    assert len(server.received) == 1


def test_a_sweep_ends_at_a_server_that_is_not_there(server: MailServer, settings: Settings) -> None:
    settings.EMAIL_TIMEOUT = 0.2
    server.holds_at = "MAIL"
    for number in range(5):
        a_mail(to=f"{number}@example.com")
    deliver_due()
    assert (server.tried, OutboxMail.objects.filter(state="failed").count()) == (1, 1)


def test_pauses_grow_and_the_mail_is_given_up_in_the_end(server: MailServer, clock: time_machine.Traveller) -> None:
    server.answers["MAIL"] = "451 come back later"
    mail = a_mail()
    pauses, now = [], NOW
    for _attempt in range(MAX_ATTEMPTS - 1):
        deliver_due()
        state, _attempts, next_try_at = seen(mail)
        assert (state, next_try_at is not None) == ("failed", True)
        pauses.append(((next_try_at or now) - now).total_seconds() / 60)
        now = next_try_at or now
        clock.move_to(now, tick=False)
    assert pauses == [1, 3, 9, 27, 81, 243, 360, 360, 360]
    deliver_due()
    assert seen(mail) == ("given_up", MAX_ATTEMPTS, None)
    assert "451" in mail.last_error
    assert mail.has_text
    clock.shift(timedelta(days=3))
    deliver_due()
    assert server.tried == MAX_ATTEMPTS


@pytest.mark.parametrize(("command", "answer"), [("RCPT", "550 nobody here"), ("TAKEN", "554 not this text")])
def test_what_the_server_refuses_for_good_is_not_tried_again(server: MailServer, command: str, answer: str) -> None:
    server.answers[command] = answer
    mail = a_mail()
    assert deliver(mail_id=mail.pk) is Outcome.FAILED
    assert seen(mail) == ("given_up", 1, None)
    assert answer.split(maxsplit=1)[0] in mail.last_error


def test_a_mailbox_that_is_full_is_tried_again(server: MailServer) -> None:
    server.answers["RCPT"] = "452 full"
    mail = a_mail()
    assert (deliver(mail_id=mail.pk), seen(mail)[0]) == (Outcome.FAILED, "failed")


def test_a_refused_mail_does_not_stop_the_next(server: MailServer) -> None:
    bad = a_mail(headers={"X-Bad": "line\nbreak"})
    good = a_mail()
    deliver_due()
    assert (seen(bad)[0], seen(good)[0]) == ("given_up", "sent")


def test_what_a_dead_worker_left_is_sent_when_its_time_is_over(
    server: MailServer, clock: time_machine.Traveller
) -> None:
    mail = a_mail()
    OutboxMail.objects.update(state="sending", attempts=1, next_try_at=NOW + LEASE)
    deliver_due()
    assert (seen(mail)[0], server.received) == ("sending", [])
    clock.shift(LEASE)
    deliver_due()
    assert (seen(mail)[:2], len(server.received)) == (("sent", 2), 1)


@pytest.mark.django_db(transaction=True)
def test_who_was_taken_for_dead_does_not_overwrite_what_the_next_one_did(server: MailServer) -> None:
    mail = a_mail()
    server.holds_at = "RCPT"
    server.answers["RCPT"] = "452 full"

    def work() -> None:
        deliver(mail_id=mail.pk)
        connections.close_all()

    slow = threading.Thread(target=work)
    slow.start()
    assert server.is_held.wait(5)
    OutboxMail.objects.update(state="sent", attempts=2, body="")  # its time was over, and another one sent it
    server.release()
    slow.join()
    assert seen(mail)[:2] == ("sent", 2)


@pytest.fixture
def own_writer() -> Iterator[None]:
    known = dict(writers._writers)

    def write(to: str, data: Mapping[str, Any]) -> Letter | None:
        return None if data.get("nobody") else Letter(subject=f"{get_language()} {to}", body=str(data["secret"]))

    register_writer("test", write)
    yield
    writers._writers.clear()
    writers._writers.update(known)


@pytest.mark.usefixtures("own_writer")
def test_a_writer_writes_in_the_mails_language_when_it_leaves(server: MailServer) -> None:
    mail = send_by_writer(to="ann@example.com", kind="test", data={"secret": "open sesame"}, language="zh-hans")
    deliver(mail_id=mail.pk)
    assert server.received[0]["Subject"] == "zh-hans ann@example.com"
    assert "open sesame" in server.received[0].get_content()
    assert (seen(mail)[0], mail.subject, mail.data) == ("sent", "zh-hans ann@example.com", {})


@pytest.mark.usefixtures("own_writer")
def test_when_there_is_nothing_to_write_nothing_is_left(server: MailServer) -> None:
    mail = send_by_writer(to="ann@example.com", kind="test", data={"nobody": True})
    assert deliver(mail_id=mail.pk) is Outcome.NOTHING
    assert (OutboxMail.objects.exists(), server.tried) == (False, 0)


def test_a_kind_nobody_writes_fails_visibly(server: MailServer) -> None:
    mail = send_by_writer(to="ann@example.com", kind="gone", data={"a": 1})
    assert deliver(mail_id=mail.pk) is Outcome.FAILED
    assert (seen(mail)[0], mail.last_error) == ("failed", "NoWriter: gone")


def test_the_text_of_a_mail_given_up_is_kept_a_week(clock: time_machine.Traveller) -> None:
    given_up, waiting = a_mail(), a_mail()
    OutboxMail.objects.filter(pk=given_up.pk).update(state="given_up")
    assert forget_texts(now=NOW + timedelta(days=7)) == 0
    assert forget_texts(now=NOW + timedelta(days=7, seconds=1)) == 1
    given_up.refresh_from_db()
    waiting.refresh_from_db()
    assert (given_up.has_text, given_up.to, waiting.has_text) == (False, "ann@example.com", True)


def test_ten_attempts_take_about_a_day() -> None:
    total = sum((pause_after(attempt) for attempt in range(1, MAX_ATTEMPTS)), timedelta())
    assert timedelta(hours=20) < total < timedelta(hours=28)
