"""Who is to be mended next: customers with one fault, one after another in the order of their numbers."""

from dataclasses import dataclass

from django.db.models import Q
from django.http import QueryDict
from django.utils.http import urlencode

from accounts.access import Reader
from customers.identity.hygiene.counting import Narrowing, tally
from customers.identity.hygiene.fields import Point
from customers.models import Customer, CustomerHygiene
from customers.page.faults import having
from customers.querysets.customers import CustomerQuerySet


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Whose customers somebody mends, as the address says it."""

    narrowing: Narrowing

    @classmethod
    def of(cls, said: QueryDict, *, user_id: int) -> "Asked":
        if said.get("owner") == "me":
            return cls(narrowing=Narrowing(owner=user_id))
        return cls(narrowing=Narrowing(team=number_of(said.get("team")), source=number_of(said.get("source"))))

    def query(self, **more: int) -> str:
        narrowing = self.narrowing
        given = {
            "team": narrowing.team, "source": narrowing.source,
            "owner": "me" if narrowing.owner is not None else None, **more,
        }  # fmt: skip
        return urlencode({key: value for key, value in given.items() if value is not None})


def number_of(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else None


def find_next(*, reader: Reader, point: Point, narrowing: Narrowing, after: int) -> int | None:
    """The first with a larger number."""
    found = _those(reader, point, narrowing).filter(pk__gt=after).order_by("pk")
    return found.values_list("pk", flat=True).first()


def find_previous(*, reader: Reader, point: Point, narrowing: Narrowing, before: int) -> int | None:
    found = _those(reader, point, narrowing).filter(pk__lt=before).order_by("-pk")
    return found.values_list("pk", flat=True).first()


def how_many(*, reader: Reader, point: Point, narrowing: Narrowing) -> int:
    """From the counts, so that it costs the same of five as of half a million."""
    return tally(reader=reader, narrowing=narrowing).all.get(point.code, 0)


def _those(reader: Reader, point: Point, narrowing: Narrowing) -> CustomerQuerySet[Customer]:
    within = {"team_id": narrowing.team, "system_id": narrowing.source, "owner_id": narrowing.owner}
    given = {name: value for name, value in within.items() if value is not None}
    found = Customer.objects.visible_to(reader).filter(having((point.key,)))
    return found.filter(Q(pk__in=CustomerHygiene.objects.filter(**given).values("customer_id"))) if given else found
