"""Which source records are one customer: those with the same link key, a pure function of the record."""

import hashlib
from typing import Final

from customers.identity.normalising import (
    comparable_email,
    comparable_name,
    normalise_email,
    normalise_phone_cached,
    normalise_tax_id,
)
from customers.identity.tax_ids import linking_tax_id
from customers.models import Customer

LONGEST = 400
MOST_RECORDS: Final = 50
"""A key that more records share is a switchboard's, or nobody's: it links none of them."""
PERSON: Final = "person:"
ALONE: Final = "rec:"


def link_key(*, name: str, kind: str = "", tax_id: str = "", email: str = "", phone: str = "", record: str) -> str:
    """The normalised tax ID; else name and e-mail; else name and phone; else the record (`system/external_id`) alone.

    The name is compared without legal form and accents (`comparable_name`), the address as its provider reads it. A
    person and an organization never have the same; who says neither is an organization. At most 400 characters.
    """
    key = _key(name, linking_tax_id(tax_id) if tax_id else "", email, phone)
    return bounded(_of_kind(key, kind) if key else f"{ALONE}{record}")


def tax_keys(tax_id: str) -> dict[str, str]:
    """The keys that a tax ID, as somebody types it, may have linked organizations (`tax`) and people (`person_tax`) by;
    two that nobody has where it is none.
    """
    plain = normalise_tax_id(tax_id)
    return {"tax": f"tax:{plain}" if plain else "", "person_tax": f"{PERSON}tax:{plain}" if plain else ""}


def _of_kind(key: str, kind: str) -> str:
    return f"{PERSON}{key}" if kind == Customer.Kind.PERSON else key


def _key(name: str, tax_id: str, email: str, phone: str) -> str:
    if tax_id:
        return f"tax:{tax_id}"
    address = normalise_email(email) if email else ""
    number = "" if address or not phone else normalise_phone_cached(phone)
    if not (address or number):
        return ""
    compared = comparable_name(name)
    if not compared:
        return ""
    return f"mail:{comparable_email(address)}|{compared}" if address else f"phone:{number}|{compared}"


def bounded(key: str) -> str:
    """A key too long to be stored, shortened to a prefix and its hash."""
    if len(key) <= LONGEST:
        return key
    return f"{key[: LONGEST - 65]}#{hashlib.sha256(key.encode()).hexdigest()}"
