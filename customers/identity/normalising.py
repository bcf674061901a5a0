"""Values in the form they are compared in. What cannot be normalised gives '' and stays as written beside it."""

import re
import unicodedata
from functools import lru_cache
from typing import Any

from customers.identity.phones import normalise_phone

_EMAIL = re.compile(r"[^@\s\"(),:;<>\[\]\\]+@[^@\s.\"(),:;<>\[\]\\]+(?:\.[^@\s.\"(),:;<>\[\]\\]+)+")
_CJK = re.compile("[\u3400-\u9fff\uf900-\ufaff]")
_NOT_WORD = re.compile(r"[\W_]+")
LEGAL_FORMS = frozenset(
    [
        "ab",
        "ag",
        "asa",
        "as",
        "bv",
        "co",
        "company",
        "corp",
        "corporation",
        "eg",
        "ev",
        "gbr",
        "gmbh",
        "inc",
        "incorporated",
        "kg",
        "kgaa",
        "limited",
        "llc",
        "llp",
        "lp",
        "ltd",
        "mbh",
        "nv",
        "ohg",
        "oy",
        "oyj",
        "plc",
        "pte",
        "pty",
        "sa",
        "sarl",
        "sas",
        "se",
        "sl",
        "spa",
        "srl",
        "sro",
        "ug",
    ]
)
_CHINESE_FORM = re.compile("(?:股份有限公司|有限责任公司|有限公司|股份公司|集团公司)$")


def normalise_email(raw: str) -> str:
    """The address in lower case; '' when it is none."""
    address = raw.strip().removeprefix("mailto:").lower()
    return address if _EMAIL.fullmatch(address) and len(address) <= 254 else ""


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
    kept = [word for word in words if word not in LEGAL_FORMS] or words
    joined = " ".join(kept)
    return _CHINESE_FORM.sub("", joined) or joined


def _fold(name: str) -> str:
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    plain = "".join(character for character in decomposed if not unicodedata.combining(character))
    return str(_converter().convert(plain)) if _CJK.search(plain) else plain


@lru_cache(maxsize=1)
def _converter() -> Any:
    from opencc import OpenCC  # noqa: PLC0415 - heavy: opencc

    return OpenCC("t2s")
