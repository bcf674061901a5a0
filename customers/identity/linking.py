"""Which source records are one customer: those with the same link key, a pure function of the record."""

import hashlib

from customers.identity.normalising import comparable_name, normalise_email, normalise_phone_cached, normalise_tax_id

LONGEST = 400


def link_key(*, name: str, tax_id: str = "", email: str = "", phone: str = "", record: str) -> str:
    """The normalised tax ID; else name and e-mail; else name and phone; else the record (`system/external_id`) alone.

    The name is compared without legal form and accents (`comparable_name`). At most 400 characters.
    """
    return bounded(_key(name, normalise_tax_id(tax_id), email, phone) or f"rec:{record}")


def _key(name: str, tax_id: str, email: str, phone: str) -> str:
    if tax_id:
        return f"tax:{tax_id}"
    compared = comparable_name(name)
    address = normalise_email(email)
    if compared and address:
        return f"mail:{address}|{compared}"
    number = normalise_phone_cached(phone) if phone else ""
    if compared and number:
        return f"phone:{number}|{compared}"
    return ""


def bounded(key: str) -> str:
    """A key too long to be stored, shortened to a prefix and its hash."""
    if len(key) <= LONGEST:
        return key
    return f"{key[: LONGEST - 65]}#{hashlib.sha256(key.encode()).hexdigest()}"
