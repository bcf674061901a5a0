"""Tokens of source systems: made or rotated, shown once, found by their hash, revoked."""

import secrets
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from django.db import transaction
from django.db.models import Q

from accounts.models import User
from customers.importing.api import scopes
from customers.models import ApiToken, SourceSystem

BEGINNING: Final = "crm_"
SECRET_BYTES: Final = 32
SHOWN: Final = 10
SEEN_EVERY: Final = timedelta(minutes=1)


def make_token(*, system: SourceSystem, scope: str = "", by: User | None = None, now: datetime) -> tuple[ApiToken, str]:
    """A new token and its text, which is known to nobody afterwards; one of the same source and scope ends with it.

    Raises `BadScope` or `UnknownKind`.
    """
    words = scopes.parse(scope)
    secret = BEGINNING + secrets.token_urlsafe(SECRET_BYTES)
    with transaction.atomic():
        SourceSystem.objects.select_for_update(no_key=True).get(pk=system.pk)  # two who rotate take turns
        ApiToken.objects.in_use().filter(system=system, scope=words).update(revoked_at=now)
        token = ApiToken.objects.create(
            system=system, scope=words, token_hash=_hash(secret), prefix=secret[:SHOWN], created_by=by, created_at=now
        )
    return token, secret


def rotate_token(*, token: ApiToken, by: User | None, now: datetime) -> tuple[ApiToken, str]:
    """Another in its place, with the same scope."""
    return make_token(system=token.system, scope=token.scope, by=by, now=now)


def revoke_token(*, token: ApiToken, now: datetime) -> None:
    """From the next request on it opens nothing."""
    ApiToken.objects.in_use().filter(pk=token.pk).update(revoked_at=now)


def find_token(secret: str) -> ApiToken | None:
    """One probe of an index, whether there is such a token or not."""
    return ApiToken.objects.in_use().select_related("system").filter(token_hash=_hash(secret)).first()


def mark_used(*, token: ApiToken, now: datetime) -> None:
    """So that people see who still comes; written at most once a minute."""
    if token.last_used_at and now - token.last_used_at < SEEN_EVERY:
        return
    old = Q(last_used_at=None) | Q(last_used_at__lt=now - SEEN_EVERY)
    ApiToken.objects.filter(old, pk=token.pk).update(last_used_at=now)


def _hash(secret: str) -> str:
    """Of 256 bits of chance: nothing to be guessed, so that a fast hash does."""
    return sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()
