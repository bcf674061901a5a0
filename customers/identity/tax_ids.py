"""Tax IDs that link records, and those that cannot be one.

The check of 18 characters: GB 32100-2015, the unified social credit code, ISO 7064 MOD 31-3; who trades under their own
name has the number of their identity card, GB 11643-1999, ISO 7064 MOD 11-2.
"""

import re
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from customers.identity.normalising import normalise_tax_id

_SIGNS: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_WEIGHTS: Final = tuple(pow(3, at, 31) for at in range(17))
_CARD_WEIGHTS: Final = tuple(pow(2, 17 - at, 11) for at in range(17))
_CHINESE: Final = re.compile("[0-9A-Z]{2}[0-9]{6}[0-9A-Z]{10}")
_CARD: Final = re.compile("[0-9]{17}[0-9X]")
_ONE_DIGIT: Final = re.compile("([0-9])\\1{4,}|[A-Z]{2}([0-9])\\2{7,}")
_COUNTED: Final = frozenset(["123456", "1234567", "12345678", "123456789", "1234567890", "0123456789", "987654321"])
_LONG_COUNTED: Final = frozenset(number for number in _COUNTED if len(number) > 7)
FAULTS: Final[dict[str, Promise]] = {
    "placeholder": _("stands for none: links nothing"),
    "check": _("its check character is wrong: links nothing"),
}


def linking_tax_id(raw: str) -> str:
    """Normalised, if it can tell one firm from another; else ''."""
    plain = normalise_tax_id(raw)
    return "" if not plain or _fault_of(plain) else plain


def find_fault(raw: str) -> str:
    """What is the matter with a tax ID, as a key of `FAULTS`; '' for one that links, and for none."""
    plain = normalise_tax_id(raw)
    if not plain:
        return "placeholder" if raw.strip() else ""
    return _fault_of(plain)


def _fault_of(plain: str) -> str:
    if _ONE_DIGIT.fullmatch(plain) or plain in _COUNTED or plain[2:] in _LONG_COUNTED:
        return "placeholder"
    if len(plain) == 18 and _CHINESE.fullmatch(plain) and not (_has_check(plain) or _has_card_check(plain)):
        return "check"
    return ""


def _has_check(plain: str) -> bool:
    if not set(plain) <= set(_SIGNS):
        return False
    total = sum(_SIGNS.index(sign) * weight for sign, weight in zip(plain, _WEIGHTS, strict=False))
    return _SIGNS[-total % 31] == plain[17]


def _has_card_check(plain: str) -> bool:
    if not _CARD.fullmatch(plain):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(plain, _CARD_WEIGHTS, strict=False))
    return "10X98765432"[total % 11] == plain[17]
