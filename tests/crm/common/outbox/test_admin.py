import pytest

from crm.common.outbox.models import OutboxMail
from crm.common.outbox.sending import send_mail
from tests.conftest import ClientFor

pytestmark = pytest.mark.django_db
PLACE = "/admin/common/outboxmail/"


@pytest.fixture
def mail() -> OutboxMail:
    made = send_mail(to="ann@example.com", kind="note", subject="Hello", body="the secret link")
    OutboxMail.objects.update(state="given_up", attempts=10, last_error="550 nobody here")
    return made


def test_an_administrator_sees_what_failed_and_why_but_no_text(client_for: ClientFor, mail: OutboxMail) -> None:
    client = client_for("administrator")
    page = client.get(PLACE, {"state__exact": "given_up", "q": "ann@example.com"}).content.decode()
    detail = client.get(f"{PLACE}{mail.pk}/change/").content.decode()
    assert "ann@example.com" in page
    assert "550 nobody here" in detail
    assert "secret link" not in page + detail


def test_rows_are_neither_added_nor_changed_nor_deleted(client_for: ClientFor, mail: OutboxMail) -> None:
    client = client_for("administrator")
    answers = [
        client.post(f"{PLACE}add/").status_code,
        client.post(f"{PLACE}{mail.pk}/change/", {"to": "eve@example.com"}).status_code,
        client.post(f"{PLACE}{mail.pk}/delete/").status_code,
    ]
    assert (answers, OutboxMail.objects.get().to) == ([403, 403, 403], "ann@example.com")


def test_an_administrator_has_it_tried_again(client_for: ClientFor, mail: OutboxMail) -> None:
    answer = client_for("administrator").post(
        PLACE, {"action": "send_again", "_selected_action": [mail.pk]}, follow=True
    )
    assert "1 mail will be tried again." in answer.content.decode()
    assert OutboxMail.objects.get().state == "queued"


def test_what_cannot_be_sent_again_is_said(client_for: ClientFor, mail: OutboxMail) -> None:
    OutboxMail.objects.update(state="sent")
    answer = client_for("administrator").post(
        PLACE, {"action": "send_again", "_selected_action": [mail.pk]}, follow=True
    )
    assert "The mail to ann@example.com cannot be sent again." in answer.content.decode()
    assert "0 mails" not in answer.content.decode()
