"""Everything the customer page says of who the customer is, and which source said it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Field, OuterRef
from django.db.models.fields.json import KT
from django.db.models.functions import JSONObject

from accounts.access import Asker
from accounts.models import User
from crm.common.compiled import Compiled
from crm.common.days import today
from crm.common.kinds import label_of as choice_label
from customers.identity.beside import with_beside
from customers.identity.places import country_name, language_name
from customers.models import ContactPoint, Customer, SourceRecord
from customers.querysets.customers import CustomerQuerySet
from customers.registry.page import Reads

FACTS: Final = (
    "kind", "tax_id", "email", "phone", "address", "city", "region", "country", "postcode", "industry", "language",
    "birth_date",
)  # fmt: skip
DETAILS: Final = ("kind", "tax_id", "address", "postcode", "region", "industry", "language", "birth_date")
"""What the head of the page does not say."""
POINTS_READ: Final = 50


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One field of the customer: what it is called, what it says, and the system that won, since when it says so."""

    label: str
    value: Any
    system: str
    since: datetime | None = None

    @property
    def is_day(self) -> bool:
        return isinstance(self.value, date)


@dataclass(frozen=True, kw_only=True)
class Point:
    """A way to reach the customer: as written, and what a link needs; `systems` that say so."""

    kind: str
    label: str
    raw: str
    normalised: str
    systems: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Overview:
    """`points`: those that the head of the page does not say already."""

    facts: list[Fact]
    points: list[Point]
    systems: list[str]


def with_sources(customers: CustomerQuerySet[Customer]) -> CustomerQuerySet[Any]:
    """Annotate `sources`: the customer's source records as {id, system, external_id …}, most trusted first.

    `times`, `seen`, `first`: what tells since when a record says a value.
    """
    records = (
        SourceRecord.objects.filter(customer=OuterRef("pk"))
        .order_by("system__rank", "system__key", "external_id")
        .values(
            source=JSONObject(
                id="id",
                kind="kind",
                system="system__name",
                external_id="external_id",
                times="value_times",
                seen=KT("payload__seen_at"),
                first="first_seen_at",
            )
        )
    )
    return customers.annotate(sources=ArraySubquery(records))


def point_list() -> ArraySubquery:
    """An annotation of customers: their own contact points as {kind, raw, normalised, system}."""
    own = ContactPoint.objects.filter(customer=OuterRef("pk"), contact=None).order_by("kind", "pk")
    said = JSONObject(kind="kind", raw="raw", normalised="normalised", system="source_record__system__name")
    return ArraySubquery(own.values(one=said)[:POINTS_READ])


def find_customer(*, pk: int, user: User | AnonymousUser, reads: tuple[Reads, ...] = ()) -> Customer | None:
    """The customer with tier, sources and what stands beside their name, if the user may see it; one query."""
    return next(iter(_FOUND.rows(Asker.of(user), today(), reads, pk=pk)), None)


def _found(asker: Asker, _day: date, reads: tuple[Reads, ...], *, pk: int) -> CustomerQuerySet[Any]:
    sourced = with_sources(Customer.objects.visible_to(asker.user).select_related("tier"))
    annotations = {name: one for read in reads for name, one in read(asker.user).items()}
    found: CustomerQuerySet[Any] = with_beside(sourced, asker.user).annotate(**annotations).filter(pk=pk)
    return found


_FOUND: Final = Compiled[Customer](_found)


def overview(customer: Customer) -> Overview:
    """For a customer of `find_customer` with `point_list`; asks no query."""
    sources = {source["id"]: source for source in customer.sources}  # type: ignore[attr-defined]
    return Overview(
        facts=facts(customer, sources, DETAILS),
        points=_further(customer),
        systems=list(dict.fromkeys(source["system"] for source in sources.values())),
    )


def _further(customer: Customer) -> list[Point]:
    """Each once, however many systems say it, and none that is the customer's first in another spelling."""
    said: dict[tuple[str, str], list[dict[str, str]]] = {}
    for one in customer.point_list:  # type: ignore[attr-defined] # annotated
        said.setdefault((one["kind"], one["normalised"]), []).append(one)
    first = {customer.phone, customer.email, customer.address}
    return [
        Point(
            kind=kind, label=choice_label(ContactPoint.Kind, kind), raw=same[0]["raw"], normalised=normalised,
            systems=tuple(dict.fromkeys(one["system"] for one in same if one["system"])),
        )
        for (kind, normalised), same in said.items()
        if first.isdisjoint(one["raw"] for one in same)
    ]  # fmt: skip


def label_of(name: str) -> str:
    """What a field of the customer is called, in the reader's language."""
    field = Customer._meta.get_field(name)  # noqa: SLF001 - Django's documented name
    assert isinstance(field, Field)
    return str(field.verbose_name)


def in_words(name: str, value: str) -> str:
    """What a field keeps as a key or a code, as the reader calls it; everything else as it stands."""
    if name == "kind":
        return choice_label(Customer.Kind, value)
    named = {"country": country_name, "language": language_name}.get(name)
    return named(value) if named else value


def facts(customer: Customer, sources: Mapping[int, Mapping[str, Any]], names: Iterable[str] = FACTS) -> list[Fact]:
    """The filled fields in reading order, each with the system that gave it."""
    rows = []
    for name in names:
        value = in_words(name, getattr(customer, name))
        if value:
            source = sources.get(customer.provenance.get(name, 0))
            system, since = (source["system"], _since(source, name)) if source else ("", None)
            rows.append(Fact(label=label_of(name), value=value, system=system, since=since))
    return rows


def _since(source: Mapping[str, Any], name: str) -> datetime:
    """As `winning.value_at` of the record."""
    said = (source["times"] or {}).get(name) or source["seen"] or source["first"]
    moment = datetime.fromisoformat(said)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
