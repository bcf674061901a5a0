"""Everything the customer page says of who the customer is, and which source said it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Field, OuterRef
from django.db.models.functions import JSONObject

from accounts.models import User
from customers.identity.beside import with_beside
from customers.models import Contact, ContactPoint, Customer, SourceRecord
from customers.querysets.customers import CustomerQuerySet

FACTS: Final = (
    "kind", "tax_id", "email", "phone", "address", "city", "region", "country", "postcode", "industry", "language",
    "birth_date",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One field of the customer: what it is called, what it says, and the system that won."""

    label: str
    value: Any
    system: str


@dataclass(frozen=True, kw_only=True)
class Point:
    point: ContactPoint
    system: str


@dataclass(frozen=True, kw_only=True)
class Overview:
    facts: list[Fact]
    points: list[Point]
    contacts: list[tuple[Contact, list[Point]]]
    systems: list[str]


def with_sources(customers: CustomerQuerySet[Customer]) -> CustomerQuerySet[Any]:
    """Annotate `sources`: the customer's source records as {id, system, external_id}, most trusted first."""
    records = (
        SourceRecord.objects.filter(customer=OuterRef("pk"))
        .order_by("system__rank", "system__key", "external_id")
        .values(source=JSONObject(id="id", kind="kind", system="system__name", external_id="external_id"))
    )
    return customers.annotate(sources=ArraySubquery(records))


def find_customer(*, pk: int, user: User | AnonymousUser) -> Customer | None:
    """The customer with tier, sources and what stands beside their name, if the user may see it; one query."""
    found = with_sources(Customer.objects.visible_to(user).select_related("tier"))
    return with_beside(found, user).filter(pk=pk).first()


def overview(customer: Customer) -> Overview:
    """For a customer of `find_customer`; two queries."""
    systems = {source["id"]: source["system"] for source in customer.sources}  # type: ignore[attr-defined]
    contacts = list(Contact.objects.filter(customer=customer).order_by("name", "pk"))
    points: dict[int | None, dict[tuple[str, str], Point]] = {}
    found = ContactPoint.objects.filter(customer=customer).select_related("source_record__system")
    for point in found.order_by("kind", "pk"):
        system = point.source_record.system.name if point.source_record else ""
        same = points.setdefault(point.contact_id, {})
        same.setdefault((point.kind, point.normalised), Point(point=point, system=system))
    return Overview(
        facts=facts(customer, systems),
        points=list(points.get(None, {}).values()),
        contacts=[(contact, list(points.get(contact.pk, {}).values())) for contact in contacts],
        systems=list(dict.fromkeys(systems.values())),
    )


def label_of(name: str) -> str:
    """What a field of the customer is called, in the reader's language."""
    field = Customer._meta.get_field(name)  # noqa: SLF001 - Django's documented name
    assert isinstance(field, Field)
    return str(field.verbose_name)


def facts(customer: Customer, systems: Mapping[int, str]) -> list[Fact]:
    """The filled fields in reading order, each with the system that gave it."""
    rows = []
    for name in FACTS:
        value = customer.get_kind_display() if name == "kind" else getattr(customer, name)
        if value:
            winner = customer.provenance.get(name)
            rows.append(Fact(label=label_of(name), value=value, system=systems.get(winner, "") if winner else ""))
    return rows
