"""Which fields and dimensions there are, what a fault of one is called and numbered, and to whom a field applies.

A fault is stored as field × 10 + dimension. Numbers stand in rows and are never given away again.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from customers.models import Customer

ORGANIZATION, PERSON = Customer.Kind.ORGANIZATION.value, Customer.Kind.PERSON.value
BOTH: Final = (ORGANIZATION, PERSON)
KINDS: Final = {ORGANIZATION: 1001, PERSON: 1002}
"""Every customer has one of these among the codes: what a field applies to is counted by it."""
WHOLE: Final = "customer"
"""The customer as a whole, among the fields."""


@dataclass(frozen=True, kw_only=True)
class Field:
    """`kinds`: of customers that it applies to. `is_key`: records are linked by it."""

    key: str
    number: int
    label: str | Promise
    kinds: tuple[str, ...] = BOTH
    is_key: bool = False


@dataclass(frozen=True, kw_only=True)
class Dimension:
    """`fault`: what somebody is who is not."""

    key: str
    number: int
    label: str | Promise
    fault: str | Promise


@dataclass(frozen=True, kw_only=True)
class Point:
    """What is counted as clean or not, where it applies. `code`: of its fault."""

    field: Field
    dimension: Dimension

    @property
    def code(self) -> int:
        return self.field.number * 10 + self.dimension.number

    @property
    def key(self) -> str:
        """`email-complete`: as addresses have it."""
        return f"{self.field.key}-{self.dimension.key}"

    @property
    def label(self) -> str:
        return f"{self.field.label}: {self.dimension.fault}"


COMPLETE: Final = Dimension(key="complete", number=1, label=_("Complete"), fault=_("missing"))
VALID: Final = Dimension(key="valid", number=2, label=_("Valid"), fault=_("not valid"))
UNIQUE: Final = Dimension(key="unique", number=3, label=_("Unique"), fault=_("not unique"))
FRESH: Final = Dimension(key="fresh", number=4, label=_("Fresh"), fault=_("not confirmed for long"))
DIMENSIONS: Final = (COMPLETE, VALID, UNIQUE, FRESH)

CUSTOMER: Final = Field(key=WHOLE, number=0, label=_("the customer as a whole"))
FIELDS: Final = (
    Field(key="name", number=1, label=_("name")),
    Field(key="tax_id", number=2, label=_("tax ID"), kinds=(ORGANIZATION,), is_key=True),
    Field(key="email", number=3, label=_("e-mail"), is_key=True),
    Field(key="phone", number=4, label=_("phone"), is_key=True),
    Field(key="address", number=5, label=_("address")),
    Field(key="city", number=6, label=_("city")),
    Field(key="region", number=7, label=_("region"), kinds=(ORGANIZATION,)),
    Field(key="country", number=8, label=_("country")),
    Field(key="postcode", number=9, label=_("postcode")),
    Field(key="industry", number=10, label=_("industry"), kinds=(ORGANIZATION,)),
    Field(key="language", number=11, label=_("language")),
    Field(key="birth_date", number=12, label=_("date of birth"), kinds=(PERSON,)),
)
BY_KEY: Final = {field.key: field for field in (CUSTOMER, *FIELDS)}
POINTS: Final = (
    *(Point(field=field, dimension=COMPLETE) for field in FIELDS),
    *(Point(field=field, dimension=VALID) for field in FIELDS),
    Point(field=CUSTOMER, dimension=UNIQUE),
    *(Point(field=field, dimension=UNIQUE) for field in FIELDS if field.is_key),
)
"""In the order of the arrays of `HygieneDay`: only ever added to, at the end."""
FRESHNESS: Final = Point(field=CUSTOMER, dimension=FRESH)
"""Counted by months (`month_number`), so that a limit can be laid to it afterwards."""
FAULTS: Final = {point.key: point for point in (*POINTS, FRESHNESS)}


def code_of(field: str, dimension: Dimension) -> int:
    return BY_KEY[field].number * 10 + dimension.number


def month_number(day: date) -> int:
    """Months on one scale, apart from all other codes."""
    return day.year * 12 + day.month - 1
