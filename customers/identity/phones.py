"""Telephone numbers in the one form they are compared and searched in."""

from functools import lru_cache

import phonenumbers
from django.conf import settings

SHORTEST = 7  # country code and number; less is an extension of the house


def normalise_phone(raw: str, *, country: str | None = None) -> str:
    """E.164 without the plus (`4930123456`); '' for what cannot be a number (withheld, an extension, text).

    A number without a country code is of `country` (ISO 3166 alpha-2), else of the company's (`CRM_COUNTRY`).
    """
    try:
        number = phonenumbers.parse(raw, country or settings.CRM_COUNTRY)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(number):
        return ""
    digits = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164).removeprefix("+")
    return digits if len(digits) >= SHORTEST else ""


@lru_cache(maxsize=20_000)
def phone_in_words(raw: str) -> str:
    """As it is dialled from anywhere (`+49 30 123456`); what cannot be a number as it was written."""
    digits = normalise_phone(raw)
    if not digits:
        return raw
    number = phonenumbers.parse(f"+{digits}")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
