"""A forgotten password: a link by mail that sets a new one."""

from collections.abc import Mapping
from typing import Any

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import User
from crm.common.outbox.sending import send_by_writer
from crm.common.outbox.writers import Letter

KIND = "password_reset_link"
PLACE = "UID-KEY"
"""Where `link` takes the account and the token."""


def ask_for_reset(*, email: str, link: str, language: str) -> None:
    """Have a mail sent to `email` if it is somebody's who works here.

    Whether it is, only the worker that sends finds out: what the visitor sees, and how long it takes, tells nothing.
    """
    send_by_writer(to=email.lower(), kind=KIND, data={"link": link}, language=language)


def write_reset_letter(to: str, data: Mapping[str, Any]) -> Letter | None:
    """The writer of these mails: the link is made when the mail leaves, and kept nowhere."""
    user = User.objects.filter(email=to, is_active=True).first()
    if user is None:
        return None
    with translation.override(user.language or translation.get_language()):
        return _letter(user, str(data["link"]))


def _letter(user: User, link: str) -> Letter:
    key = f"{user_pk_to_url_str(user)}-{default_token_generator.make_token(user)}"
    paragraphs = [
        _("Hello %(name)s,") % {"name": user},
        _("somebody, probably you, asked for a new password for %(email)s. It is set here:") % {"email": user.email},
        link.replace(PLACE, key),
        _("The link works once, for %(days)s days.") % {"days": settings.PASSWORD_RESET_TIMEOUT // 86_400},
        _("If it was not you, leave this mail alone: nothing has changed."),
    ]
    return Letter(subject=_("Set a new password"), body="\n\n".join(paragraphs) + "\n")
