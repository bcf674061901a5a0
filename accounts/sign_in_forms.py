"""allauth's forms with our counting; named in the settings."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.forms import ChangePasswordForm, ResetPasswordForm, ResetPasswordKeyForm
from allauth.core import context as current
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language

from accounts.domain import guessing, recovery
from crm.common.audit.acting import acting


def client_address() -> str:
    """Of the visitor who sent the form; behind a proxy the one the proxy saw."""
    return str(get_adapter().get_client_ip(current.request))


def begin_guess(*, what: str, account: str) -> guessing.Guess:
    """Raises ValidationError when there were too many."""
    try:
        return guessing.begin(what=what, account=account, address=client_address())
    except guessing.TooManyGuesses as refusal:
        raise get_adapter().validation_error("too_many_login_attempts") from refusal


class PasswordChangeForm(ChangePasswordForm):  # type: ignore[misc] # allauth has no types
    """A session left open somewhere is no place to guess its user's password."""

    def clean_oldpassword(self) -> str:
        guess = begin_guess(what="password", account=self.user.email)
        password: str = super().clean_oldpassword()
        guessing.was_none(guess)
        return password


class CountedCode:
    """For the forms that ask for a code of the second step."""

    def clean_code(self: Any) -> str:
        guess = begin_guess(what="second step", account=str(self.user.pk))
        with acting(user=self.user.pk):  # at sign-in nobody is named yet, and a recovery code is used up
            code: str = super().clean_code()  # type: ignore[misc]
        is_totp = self.authenticator.type == Authenticator.Type.TOTP
        if is_totp and not guessing.is_first_use(code=code, account=str(self.user.pk)):
            raise get_adapter().validation_error("incorrect_code")
        guessing.was_none(guess)
        return code


class SecondStepForm(CountedCode, AuthenticateForm):  # type: ignore[misc]
    """At sign-in."""


class SecondStepAgainForm(CountedCode, ReauthenticateForm):  # type: ignore[misc]
    """Before something that matters."""


class ForgottenPasswordForm(ResetPasswordForm):  # type: ignore[misc]
    """Takes every address alike."""

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"]).lower()
        if not guessing.may_ask_for_reset(account=email, address=client_address()):
            raise get_adapter().validation_error("rate_limited")
        return email

    def save(self, request: HttpRequest, **_options: Any) -> str:
        uid, key = recovery.PLACE.split("-")
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": uid, "key": key})
        email: str = self.cleaned_data["email"]
        recovery.ask_for_reset(email=email, link=request.build_absolute_uri(path), language=get_language() or "")
        return email


class NewPasswordForm(ResetPasswordKeyForm):  # type: ignore[misc]
    """Behind the link in the mail: whoever reads the mailbox is the owner, and what failed before is forgotten."""

    def save(self) -> None:
        with acting(user=self.user.pk, by_link=True):
            super().save()
        guessing.forgive(what="password", account=self.user.email, address=client_address())
