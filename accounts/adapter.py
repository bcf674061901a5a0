"""How sign-in behaves here: accounts are made by administrators, mail goes through the outbox."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context as current
from django.contrib.sites.shortcuts import get_current_site
from django.http import HttpRequest
from django.utils.translation import get_language

from accounts.domain import guessing
from accounts.models import User
from crm.common.outbox import sending


class StaffAdapter(DefaultAccountAdapter):  # type: ignore[misc] # allauth has no types
    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 (allauth passes it)
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """What allauth has to say (a password was changed, a second step added) is written now and sent by a worker."""
        request = current.request
        about = {"request": request, "email": email, "current_site": get_current_site(request), **context}
        message = self.render_mail(template_prefix, email, about)
        sending.send_mail(
            to=email,
            kind=template_prefix.rpartition("/")[2],
            subject=str(message.subject),
            body=str(message.body),
            language=get_language() or "",
        )

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """Sign-in, and the password asked for once more before something that matters."""
        try:
            guess = guessing.begin(
                what="password", account=credentials.get("email", ""), address=self.get_client_ip(request)
            )
        except guessing.TooManyGuesses as refusal:
            raise self.validation_error("too_many_login_attempts") from refusal
        user: User | None = super().authenticate(request, **credentials)
        if user is not None:
            guessing.was_none(guess)
        return user
