"""What happened to a customer, of all sources in one order: timeline and history go on page by page in it.

Rows are ordered by moment, then by the key of their source, then by their own, all descending. A cursor is the place
of the last one shown; each source is asked for what comes after it, one row more than a page holds.
"""

import base64
import binascii
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from django.db import connection
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from crm.common import prepared
from crm.common.company.current import company
from crm.common.days import day_of, today
from customers.models import Customer
from customers.models.wording import is_chinese
from customers.page.sql import statement
from customers.registry.page import Before, Happened, Reader, SourceRows

LARGEST_KEY: Final = 2**63 - 1


@dataclass(frozen=True, order=True)
class Place:
    """Where a row stands; a larger place comes first."""

    at: datetime
    source: str
    pk: int

    def before(self, source: str) -> Before:
        """As the source of that key understands it."""
        if source == self.source:
            return Before(self.at, self.pk)
        return Before(self.at, None if source < self.source else 0)

    @property
    def cursor(self) -> str:
        text = json.dumps([self.at.isoformat(), self.source, self.pk], separators=(",", ":"))
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


@dataclass(frozen=True, kw_only=True)
class Narrowing:
    """`kind`: one of `KINDS`; `part`: of contacts, the channel; `text`: what entries must contain."""

    kind: str = ""
    part: str = ""
    text: str = ""

    def __bool__(self) -> bool:
        return bool(self.kind or self.text)


EVERYTHING: Final = Narrowing()


def read(
    rows: Mapping[str, SourceRows], customer: Customer, reader: Reader, place: Place | None, *, limit: int,
    narrowing: Narrowing = EVERYTHING,
) -> list[tuple[Place, Happened]]:  # fmt: skip
    """At most `limit` of all the sources' rows, by the key of each source; one query."""
    if not rows:
        return []
    text = statement(rows, goes_on=place is not None, searched=bool(narrowing.text), part=bool(narrowing.part))
    asked = {"limit": limit, **_asks(customer, reader, narrowing), **(_goes_on(place, rows) if place else {})}
    with connection.cursor() as cursor:
        prepared.run(cursor, text, asked)
        found = cursor.fetchall()
    return [(Place(at, source, pk), Happened(pk=pk, at=at, facts=_facts(facts))) for source, pk, at, facts in found]


def _facts(facts: str | dict[str, Any]) -> dict[str, Any]:
    return (
        json.loads(facts, parse_float=Decimal) if isinstance(facts, str) else facts
    )  # as Django has it, jsonb comes as text


def _asks(customer: Customer, reader: Reader, narrowing: Narrowing) -> dict[str, Any]:
    escaped = narrowing.text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return {
        "customer": customer.pk,
        "zone": company().time_zone,
        "reader": reader.pk,
        "today": today(),
        "is_chinese": is_chinese(),
        "pattern": f"%{escaped}%",
        "part": narrowing.part,
    }


def _goes_on(place: Place, sources: Iterable[str]) -> dict[str, Any]:
    keys = [place.before(source).pk for source in sources]
    last = {f"pk_{at}": LARGEST_KEY if key is None else key for at, key in enumerate(keys)}
    return {"at": place.at, "day": day_of(place.at), **last}


def find_place(cursor: str) -> Place | None:
    """None, and so the first page, for a cursor that cannot be read."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        at, source, pk = json.loads(base64.urlsafe_b64decode(padded.encode("ascii")))
        moment = parse_datetime(at)
    except (ValueError, TypeError, binascii.Error):
        return None
    known = isinstance(source, str) and isinstance(pk, int) and 0 <= pk <= LARGEST_KEY
    is_moment = moment is not None and timezone.is_aware(moment) and 1 < moment.year < 9999  # in whatever zone
    return Place(moment, source, pk) if moment and is_moment and known else None
