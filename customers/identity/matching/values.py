"""What of a record is compared, column by column."""

import re
from typing import Final, NamedTuple

from customers.identity.matching import naming
from customers.identity.matching.latin import words
from customers.identity.matching.vocabulary import FREE_MAIL, SHORTENED
from customers.identity.normalising import normalise_email, normalise_phone_cached, normalise_tax_id


class Record(NamedTuple):
    """A source record as it is stored; `id` is that of the record, `customer` whose it is today."""

    id: int
    customer: int
    name: str
    tax_id: str
    email: str
    phone: str
    address: str
    city: str
    region: str
    country: str
    postcode: str
    birth_date: str


PERSON: Final = ("id", "given", "family", "birth", "tax", "email", "phone", "street", "road", "postcode", "city")
ORGANIZATION: Final = (
    "id", "name", "ordered", "tokens", "forms", "tax", "email", "domain", "phone", "street", "road", "postcode", "city",
)  # fmt: skip
Value = str | int | list[str] | None

_DIGITS: Final = re.compile("[0-9]+")


def person(record: Record) -> list[Value]:
    given, family = naming.person(record.name)
    street, road = _street(record.address)
    return [
        record.id, given or None, family or None, _digits(record.birth_date),
        normalise_tax_id(record.tax_id) or None, normalise_email(record.email) or None, _phone(record.phone), street,
        road, _together(record.postcode), _together(record.city),
    ]  # fmt: skip


def organization(record: Record) -> list[Value]:
    parts, forms = naming.organization(record.name)
    if not any(map(str.isalpha, "".join(parts))):  # its telephone number, as departments write who never said a name
        parts = []
    street, road = _street(record.address)
    email = normalise_email(record.email)
    domain = email.partition("@")[2]
    domain = "" if domain in FREE_MAIL else domain
    return [
        record.id, "".join(parts) or None, "".join(sorted(parts)) or None, sorted(set(parts)),
        forms or None, normalise_tax_id(record.tax_id) or None, email or None,
        domain or None, _phone(record.phone), street, road, _together(record.postcode), _together(record.city),
    ]  # fmt: skip


def _phone(raw: str) -> str | None:
    """In one form where it is a number; else its digits, which two spellings of one have in common."""
    if not raw:
        return None
    digits = normalise_phone_cached(raw) or "".join(_DIGITS.findall(raw))
    return digits if len(digits) >= 5 else None


def _digits(raw: str) -> str | None:
    return "".join(_DIGITS.findall(raw)) or None


def _together(raw: str) -> str | None:
    return "".join(words(raw)) or None


def _street(raw: str) -> tuple[str | None, str | None]:
    """(whole, without its numbers), without blanks: a blank too many is the commonest slip."""
    parts = [SHORTENED.get(part, part) for part in words(raw)]
    whole = "".join(parts)
    return whole or None, _DIGITS.sub("", whole) or None
