"""What a feed signs in with: encrypted by a key derived from `SECRET_KEY`, opened only when a request is made."""

import base64
from hashlib import sha256
from typing import Final

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.utils.translation import gettext as _

from crm.common.errors import DomainError
from customers.models import Feed

_PURPOSE: Final = b"feeds: what they sign in with\0"


class Forgotten(DomainError):
    """`SECRET_KEY` is another than when it was typed in."""


def sealed(secret: str) -> str:
    return _lock().encrypt(secret.encode()).decode("ascii") if secret else ""


def opened(secret: str) -> str:
    """Raises `Forgotten`."""
    if not secret:
        return ""
    try:
        return _lock().decrypt(secret.encode()).decode()
    except InvalidToken as error:
        raise Forgotten(
            _("What the feed signs in with cannot be opened: the SECRET_KEY has changed. Type it in again.")
        ) from error


def authorization(feed: Feed) -> str:
    """The header that the feed shows its host; empty where it shows none. Raises `Forgotten`."""
    if feed.sign_in == Feed.SignIn.BASIC:
        pair = f"{feed.username}:{opened(feed.secret)}"
        return f"Basic {base64.b64encode(pair.encode()).decode('ascii')}"
    if feed.sign_in == Feed.SignIn.BEARER:
        return f"Bearer {opened(feed.secret)}"
    return ""


def _lock() -> MultiFernet:
    """With the keys of before, as long as Django is told them (`SECRET_KEY_FALLBACKS`)."""
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return MultiFernet([Fernet(base64.urlsafe_b64encode(sha256(_PURPOSE + key.encode()).digest())) for key in keys])
