from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import transaction

from crm.common.outbox.delivering import deliver
from crm.common.outbox.models import OutboxMail
from crm.common.outbox.sending import NothingToSend, send_by_writer, send_mail, try_again

pytestmark = pytest.mark.django_db


def a_mail(*, subject: str = "Hello", **fields: Any) -> OutboxMail:
    return send_mail(to="ann@example.com", kind="note", subject=subject, body="Text", **fields)


def test_a_mail_is_a_row_that_waits(time_machine: object) -> None:
    time_machine.move_to(datetime(2026, 3, 1, 12, tzinfo=UTC), tick=False)  # type: ignore[attr-defined]
    mail = a_mail(headers={"Reply-To": "desk@example.com"}, language="zh-hans", html="<p>Text</p>")
    mail.refresh_from_db()
    now = datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert (mail.to, mail.kind, mail.subject, mail.body, mail.html, mail.language) == (
        "ann@example.com", "note", "Hello", "Text", "<p>Text</p>", "zh-hans",
    )  # fmt: skip
    assert (mail.state, mail.attempts, mail.created_at, mail.next_try_at) == ("queued", 0, now, now)
    assert mail.headers["Reply-To"] == "desk@example.com"
    assert mail.headers["Message-ID"].startswith("<")


def test_a_mail_of_a_transaction_that_fails_was_never_written() -> None:
    with transaction.atomic():
        a_mail()
        transaction.set_rollback(True)
    assert not OutboxMail.objects.exists()


def test_a_line_break_in_a_subject_makes_no_header() -> None:
    assert a_mail(subject="Hello\r\nBcc: eve@example.com").subject == "Hello Bcc: eve@example.com"


def test_what_was_given_up_is_queued_again_from_the_start() -> None:
    mail = a_mail()
    OutboxMail.objects.update(state="given_up", attempts=10, next_try_at=None, last_error="refused")
    mail.refresh_from_db()
    try_again(mail=mail)
    mail.refresh_from_db()
    assert (mail.state, mail.attempts, mail.last_error) == ("queued", 0, "")
    assert deliver(mail_id=mail.pk).value == "sent"


@pytest.mark.parametrize("state", ["queued", "sending", "sent"])
def test_only_what_failed_is_sent_again(state: str) -> None:
    mail = a_mail()
    OutboxMail.objects.update(state=state)
    mail.refresh_from_db()
    with pytest.raises(NothingToSend, match=r"ann@example\.com"):
        try_again(mail=mail)
    assert OutboxMail.objects.get().state == state


def test_what_has_no_text_left_is_not_sent_again() -> None:
    mail = a_mail()
    OutboxMail.objects.update(state="given_up", body="")
    mail.refresh_from_db()
    with pytest.raises(NothingToSend):
        try_again(mail=mail)


def test_a_mail_to_be_written_later_keeps_no_text() -> None:
    mail = send_by_writer(to="ann@example.com", kind="note", data={"link": "/x"}, language="en")
    mail.refresh_from_db()
    assert (mail.body, mail.subject, mail.data, mail.has_text) == ("", "", {"link": "/x"}, True)
