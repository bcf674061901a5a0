"""allauth's forms count what is guessed, and nothing that was right."""

import re
from collections.abc import Iterator

import pytest
from allauth.core import context
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.test import RequestFactory
from django.utils.translation import override

from accounts.domain import staff
from accounts.models import User
from accounts.roles import Role
from accounts.sign_in_forms import (
    ForgottenPasswordForm,
    PasswordChangeForm,
    SecondStepAgainForm,
    begin_guess,
    client_address,
)
from crm.common.outbox.models import OutboxMail

pytestmark = pytest.mark.django_db
PASSWORD = "ripe-pears-in-May"
SECRET = "JBSWY3DPEHPK3PXP"


@pytest.fixture
def ann() -> User:
    return staff.create_user(email="ann@example.com", name="Ann", role=Role.SALES, password=PASSWORD)


@pytest.fixture(autouse=True)
def sent() -> Iterator[HttpRequest]:
    """The request in which a form was sent."""
    request = RequestFactory().post("/", REMOTE_ADDR="192.0.2.7")
    with context.request_context(request):
        yield request


def test_the_address_is_the_visitors() -> None:
    assert client_address() == "192.0.2.7"


def test_too_many_guesses_are_an_error_of_the_form() -> None:
    for _ in range(5):
        begin_guess(what="password", account="ann@example.com")
    with pytest.raises(ValidationError) as refused:
        begin_guess(what="password", account="ann@example.com")
    assert refused.value.code == "too_many_login_attempts"
    begin_guess(what="second step", account="ann@example.com")


def test_ones_own_password_typed_right_is_no_guess(ann: User) -> None:
    def errors(old: str) -> list[str]:
        given = {"oldpassword": old, "password1": "plums-in-autumn-7", "password2": "plums-in-autumn-7"}
        found = PasswordChangeForm(user=ann, data=given).errors.as_data().get("oldpassword", [])
        return [error.code or "" for error in found]

    assert errors(PASSWORD) == []
    assert [errors("wrong") for _ in range(5)] == [["enter_current_password"]] * 5
    assert errors(PASSWORD) == ["too_many_login_attempts"]


def again(user: User, code: str) -> list[str]:
    form = SecondStepAgainForm(user=user, data={"code": code})
    return [error.code or "" for error in form.errors.as_data().get("code", [])]


def test_a_code_is_asked_for_again_and_good_once(ann: User) -> None:
    TOTP.activate(ann, SECRET)
    code = format_hotp_value(hotp_value(SECRET, next(iter(yield_hotp_counters_from_time()))))
    wrong = f"{(int(code) + 1) % 10**6:06}"

    assert [again(ann, each) for each in (code, code)] == [[], ["incorrect_code"]]
    assert [again(ann, wrong) for _ in range(5)] == [["incorrect_code"]] * 4 + [["too_many_login_attempts"]]


def test_recovery_codes_that_are_right_are_no_guesses(ann: User) -> None:
    codes = RecoveryCodes.activate(ann).get_unused_codes()
    assert [again(ann, code) for code in codes[:6]] == [[]] * 6
    assert again(ann, codes[0]) == ["incorrect_code"]


class TestForgotten:
    def form(self, email: str) -> ForgottenPasswordForm:
        return ForgottenPasswordForm(data={"email": email})

    def test_asks_for_a_mail_in_the_visitors_language_with_a_place_for_the_link(self, sent: HttpRequest) -> None:
        form = self.form("Ann@Example.com")
        assert form.is_valid()
        with override("zh-hans"):
            assert form.save(sent) == "ann@example.com"

        mail = OutboxMail.objects.get()
        assert (mail.to, mail.language) == ("ann@example.com", "zh-hans")
        assert re.fullmatch(r"http://testserver/accounts/password/reset/key/UID-KEY/", mail.data["link"])

    def test_takes_an_address_however_it_is_written_five_times(self) -> None:
        written = ["ann@example.com", "ANN@example.com"] * 3
        assert [self.form(each).is_valid() for each in written] == [True] * 5 + [False]
        assert self.form("bo@example.com").is_valid()
