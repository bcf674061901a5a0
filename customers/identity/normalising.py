"""Values in the form they are compared in. What cannot be normalised gives '' and stays as written beside it."""

import re
import unicodedata
from functools import lru_cache
from typing import Any

from customers.identity.firm_names import without_form
from customers.identity.phones import normalise_phone

_EMAIL = re.compile(r"[^@\s\"(),:;<>\[\]\\]+@[^@\s.\"(),:;<>\[\]\\]+(?:\.[^@\s.\"(),:;<>\[\]\\]+)+")
_CJK = re.compile("[\u3400-\u9fff\uf900-\ufaff]")
_NOT_WORD = re.compile(r"[\W_]+")
_DOTTED = frozenset(["gmail.com", "googlemail.com"])
_TAGGED = _DOTTED | frozenset(
    [
        "fastmail.com",
        "hotmail.com",
        "icloud.com",
        "live.com",
        "mac.com",
        "me.com",
        "msn.com",
        "outlook.com",
        "pm.me",
        "proton.me",
        "protonmail.com",
    ]
)


def normalise_email(raw: str) -> str:
    """The address in lower case; '' when it is none."""
    address = raw.strip().removeprefix("mailto:").lower()
    return address if _EMAIL.fullmatch(address) and len(address) <= 254 else ""


def comparable_email(address: str) -> str:
    """A normalised address as its provider reads it: where a tag after + leads to the same box it does not count, nor
    do dots where these do not.

    >>> comparable_email("ada.lovelace+crm@googlemail.com")
    'adalovelace@gmail.com'
    """
    box, _at, domain = address.rpartition("@")
    if domain not in _TAGGED:
        return address
    box = box.partition("+")[0] or box
    if domain in _DOTTED:
        return f"{box.replace('.', '')}@gmail.com"
    return f"{box}@{domain}"


@lru_cache(maxsize=20_000)
def normalise_phone_cached(raw: str) -> str:
    """`normalise_phone` for files, where numbers repeat."""
    return normalise_phone(raw)


def normalise_contact(raw: str) -> str:
    """A contact value of unknown kind: an e-mail address when it has an @, else a telephone number."""
    return normalise_email(raw) if "@" in raw else normalise_phone_cached(raw)


def normalise_tax_id(raw: str) -> str:
    """Letters and digits in upper case; '' for fewer than five of them or without a digit ("none", "n/a", "0")."""
    plain = re.sub(r"[^0-9A-Z]", "", unicodedata.normalize("NFKC", raw).upper())
    return plain if len(plain) >= 5 and re.search("[1-9]", plain) else ""


def comparable_name(name: str) -> str:
    """The name for comparing: lower case, no accents, punctuation or legal form, simplified Chinese.

    >>> comparable_name("MÜLLER & Söhne GmbH")
    'muller sohne'
    """
    plain = name if name.isascii() else _fold(name)
    words = _NOT_WORD.sub(" ", plain.lower().replace("'", "").replace(".", "")).split()
    return without_form(" ".join(words))


def _fold(name: str) -> str:
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    plain = "".join(character for character in decomposed if not unicodedata.combining(character))
    return str(_converter().convert(plain)) if _CJK.search(plain) else plain


@lru_cache(maxsize=1)
def _converter() -> Any:
    from opencc import OpenCC  # noqa: PLC0415 - heavy: opencc

    return OpenCC("t2s")
