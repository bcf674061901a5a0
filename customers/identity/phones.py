"""Telephone numbers in the one form they are compared and searched in."""

import re
from functools import lru_cache
from typing import Final, NamedTuple

import phonenumbers
from django.conf import settings

SHORTEST = 7  # country code and number; less is an extension of the house
LONGEST_PLAIN: Final = 50
NEVER: Final = "(?!)"
CODES: Final = frozenset(map(str, phonenumbers.COUNTRY_CODE_TO_REGION_CODE))
_NO_SEPARATORS: Final = str.maketrans("", "", " -./()")


class Plan(NamedTuple):
    """How numbers of a country are written: what is dialled first within it (`trunk` where that is always the same
    digits) and to reach another, how many digits a number may have, and what numbers look like.
    """

    code: str
    first: re.Pattern[str]
    trunk: str
    abroad: re.Pattern[str]
    lengths: frozenset[int]
    number: re.Pattern[str]


def normalise_phone(raw: str, *, country: str | None = None) -> str:
    """E.164 without the plus (`4930123456`); '' for what cannot be a number (withheld, an extension, text).

    A number without a country code is of `country` (ISO 3166 alpha-2), else of the company's (`CRM_COUNTRY`).
    """
    region = country or settings.CRM_COUNTRY
    return plain_number(raw, region) or any_number(raw, region)


def any_number(raw: str, region: str) -> str:
    """What the library makes of the text."""
    try:
        number = phonenumbers.parse(raw, region)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(number):
        return ""
    digits = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164).removeprefix("+")
    return digits if len(digits) >= SHORTEST else ""


def plain_number(raw: str, region: str) -> str:
    """The same for most of what stands in files, in a tenth of the time; '' where there is anything to think about."""
    written = raw.translate(_NO_SEPARATORS)
    digits = written.removeprefix("+")
    if len(digits) < SHORTEST or len(raw) > LONGEST_PLAIN or not (digits.isascii() and digits.isdigit()):
        return ""
    return _from_abroad(digits) if written[0] == "+" else _within(digits, region)


def _from_abroad(digits: str) -> str:
    code = next((digits[:length] for length in (1, 2, 3) if digits[:length] in CODES), "")
    plan = _plan(int(code)) if code else None
    number = digits[len(code) :]
    if plan is None or len(number) not in plan.lengths or number[0] == "0" or plan.first.match(number):
        return ""
    return digits


def _within(digits: str, region: str) -> str:
    plan = _plan(phonenumbers.country_code_for_region(region))
    if plan is None or digits.startswith(plan.code) or plan.abroad.match(digits):
        return ""
    has_first = plan.first.match(digits)
    if has_first and (not plan.trunk or plan.number.fullmatch(digits)):
        return ""
    number = digits[len(plan.trunk) :] if has_first else digits
    found = f"{plan.code}{number}"
    if len(number) not in plan.lengths or number[0] == "0" or len(found) < SHORTEST:
        return ""
    return found if phonenumbers.region_code_for_country_code(int(plan.code)) == region else ""


@lru_cache(maxsize=300)
def _plan(code: int) -> Plan | None:
    """None where nobody has the code."""
    regions = phonenumbers.COUNTRY_CODE_TO_REGION_CODE.get(code, ())
    found = phonenumbers.PhoneMetadata.metadata_for_region_or_calling_code(code, regions[0]) if regions else None
    if found is None or found.general_desc is None:
        return None
    first = found.national_prefix_for_parsing or ""
    return Plan(
        code=str(code),
        first=_pattern(first),
        trunk=first if first.isdigit() and not found.national_prefix_transform_rule else "",
        abroad=_pattern(found.international_prefix),
        lengths=frozenset(found.general_desc.possible_length),
        number=_pattern(found.general_desc.national_number_pattern),
    )


def _pattern(pattern: str | None) -> re.Pattern[str]:
    return re.compile(pattern or NEVER)


@lru_cache(maxsize=20_000)
def phone_in_words(raw: str) -> str:
    """As it is dialled from anywhere (`+49 30 123456`); what cannot be a number as it was written."""
    digits = normalise_phone(raw)
    if not digits:
        return raw
    number = phonenumbers.parse(f"+{digits}")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
