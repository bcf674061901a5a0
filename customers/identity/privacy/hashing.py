"""Keyed hashes of what erased people are known by. The key stands in no table: who reads them cannot try names."""

import hashlib
import hmac
from functools import cache
from typing import Final

from django.conf import settings

_FOR: Final = b"erased people\0"


@cache
def _secrets() -> tuple[bytes, ...]:
    """The one of now first, then those of before as far as they are told: else who was erased is known no more."""
    told = (settings.CRM_SUPPRESSION_KEY, settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return tuple(hashlib.sha256(_FOR + str(one).encode()).digest() for one in dict.fromkeys(told) if one)


def digest_of(key: str) -> str:
    return digests_of(key)[0]


def digests_of(key: str) -> list[str]:
    """By each secret under which it may be known."""
    return [hmac.new(one, key.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest() for one in _secrets()]
