"""Who is to be mended next: customers with one fault, one after another in the order of their numbers."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet
from django.http import QueryDict
from django.utils.http import urlencode

from accounts.access import Reader
from customers.identity.hygiene.counting import FIRST_MONTH, Narrowing, stale_month, tally
from customers.identity.hygiene.fields import FRESHNESS, Point
from customers.models import Customer, CustomerHygiene, HygieneCount
from customers.models.hygiene import ANY, BLOCK, BLOCK_SIZE
from customers.page.faults import rows_having


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
    """The first with a larger number: block by block, of those in which somebody has the fault.

    Of whom nobody has it, no block is read: others have it in all of them, maybe.
    """
    if not how_many(reader=reader, point=point, narrowing=narrowing):
        return None
    for block in _blocks(point, first=(after + 1) // BLOCK_SIZE, is_back=False):
        rows = _in_block(point, narrowing, block).filter(pk__gt=after).order_by("pk")
        found = _first_visible(reader, rows)
        if found is not None:
            return found
    return None


def find_previous(*, reader: Reader, point: Point, narrowing: Narrowing, before: int) -> int | None:
    if not how_many(reader=reader, point=point, narrowing=narrowing):
        return None
    for block in _blocks(point, first=(before - 1) // BLOCK_SIZE, is_back=True):
        rows = _in_block(point, narrowing, block).filter(pk__lt=before).order_by("-pk")
        found = _first_visible(reader, rows)
        if found is not None:
            return found
    return None


def how_many(*, reader: Reader, point: Point, narrowing: Narrowing) -> int:
    """From the counts, so that it costs the same of five as of half a million."""
    return tally(reader=reader, narrowing=narrowing).all.get(point.code, 0)


def _blocks(point: Point, *, first: int, is_back: bool) -> list[int]:
    """In which somebody has the fault, the nearest first: who has it not costs nothing to pass over."""
    counts = HygieneCount.objects.filter(owner_id=BLOCK, tier_id=ANY, customers__gt=0)
    if point is FRESHNESS:
        counts = counts.filter(code__gte=FIRST_MONTH, code__lte=stale_month())
    else:
        counts = counts.filter(code=point.code)
    near = counts.filter(**{"team_id__lte" if is_back else "team_id__gte": first})
    return sorted(set(near.values_list("team_id", flat=True)), reverse=is_back)


def _in_block(point: Point, narrowing: Narrowing, block: int) -> QuerySet[CustomerHygiene]:
    within = {"team_id": narrowing.team, "system_id": narrowing.source, "owner_id": narrowing.owner}
    given = {name: value for name, value in within.items() if value is not None}
    first = block * BLOCK_SIZE
    return rows_having((point.key,)).filter(pk__gte=first, pk__lt=first + BLOCK_SIZE, **given)


def _first_visible(reader: Reader, rows: QuerySet[CustomerHygiene]) -> int | None:
    there = Customer.objects.visible_to(reader).filter(pk=OuterRef("pk"))
    return rows.filter(Exists(there)).values_list("pk", flat=True).first()
