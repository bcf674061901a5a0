"""Mail that allauth has to send waits in the outbox, and a password that is right leaves nothing counted."""

from collections.abc import Iterator

import pytest
from allauth.core import context
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.test import RequestFactory
from django.utils.translation import override
from pytest_django import Settings

from accounts.adapter import StaffAdapter
from accounts.domain import staff
from accounts.models import User
from accounts.roles import Role
from crm.common.outbox.models import OutboxMail

pytestmark = pytest.mark.django_db
PASSWORD = "ripe-pears-in-May"


@pytest.fixture
def ann() -> User:
    return staff.create_user(email="ann@example.com", name="Ann", role=Role.SALES, password=PASSWORD)


@pytest.fixture
def request_at_hand(settings: Settings) -> Iterator[HttpRequest]:
    settings.ALLOWED_HOSTS = ["crm.firm.example"]
    request = RequestFactory().get("/", HTTP_HOST="crm.firm.example")
    with context.request_context(request):
        yield request


@pytest.mark.usefixtures("request_at_hand")
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_what_allauth_has_to_say_is_written_now_in_the_readers_language(ann: User, language: str) -> None:
    with override(language):
        StaffAdapter().send_mail("account/email/password_changed", ann.email, {"user": ann, "ip": "1.2.3.4"})

    mail = OutboxMail.objects.get()
    assert (mail.to, mail.kind, mail.language, mail.state) == (ann.email, "password_changed", language, "queued")
    assert ("crm.firm.example" in mail.body, "1.2.3.4" in mail.body) == (True, True)
    assert mail.subject
    assert "\n" not in mail.subject


@pytest.mark.usefixtures("ann")
def test_a_right_password_counts_as_no_guess_and_a_wrong_one_does(request_at_hand: HttpRequest) -> None:
    def signs_in(password: str, email: str = "ann@example.com") -> bool:
        return StaffAdapter().authenticate(request_at_hand, email=email, password=password) is not None

    assert signs_in(PASSWORD)
    assert [signs_in("wrong") for _ in range(4)] == [False] * 4
    assert signs_in(PASSWORD)
    assert signs_in("wrong") is False
    with pytest.raises(ValidationError) as refused:
        signs_in(PASSWORD)
    assert refused.value.code == "too_many_login_attempts"
    assert signs_in(PASSWORD, "bo@example.com") is False, "another account is looked at"


def test_a_visitor_who_names_no_account_is_looked_at_too(request_at_hand: HttpRequest) -> None:
    assert StaffAdapter().authenticate(request_at_hand, password="x") is None
