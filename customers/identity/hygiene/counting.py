"""How many customers are clean at which point, of all, of a team, of a source or of an owner; from the counts."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection

from accounts.access import Reader
from crm.common.days import today
from customers.identity.hygiene.fields import COMPLETE, FRESHNESS, KINDS, VALID, WHOLE, Point, code_of, month_number
from customers.models import SourceSystem
from customers.models.hygiene import ANY, OF_SOURCE, OF_TEAM

Counts = Mapping[int, int]
"""Code → customers."""
FIRST_MONTH: Final = 12_000
"""Codes from here on are months."""
FRESH_MONTHS: Final = 12
"""Where nobody says otherwise: so many calendar months, this one among them."""

# Who was confirmed in the month `%(stale)s` or before it counts by one code. Cost: ranges of the unique index, a row
# for each team, or source, and code.
_READ: Final = """
SELECT owner_id, team_id, system_id, CASE WHEN code >= %(first)s THEN %(fresh)s ELSE code END, sum(customers)::bigint
FROM customers_hygienecount
WHERE owner_id = ANY(%(owners)s) AND tier_id = -1 AND customers <> 0 AND (code < %(first)s OR code <= %(stale)s)
  AND (%(team)s::int IS NULL OR team_id = %(team)s) AND (%(source)s::int IS NULL OR system_id = %(source)s)
GROUP BY 1, 2, 3, 4
"""
_limit: list[Callable[[], int]] = []


@dataclass(frozen=True, kw_only=True)
class Narrowing:
    """Whose customers: of a team and a source (0: of none; None: of any), or of an owner."""

    team: int | None = None
    source: int | None = None
    owner: int | None = None


@dataclass(frozen=True, kw_only=True)
class Tally:
    """Of all of them, and by team and by source; of an owner's the last two are empty."""

    all: Counts
    teams: dict[int, Counts]
    sources: dict[int, Counts]


def register_fresh_months(ask: Callable[[], int]) -> None:
    """Who says within how many months a customer must have been confirmed: a rule of the KPI."""
    _limit[:] = [ask]


def stale_month() -> int:
    """Who was last confirmed in this month, or before it, is not fresh today."""
    return month_number(today()) - (_limit[0]() if _limit else FRESH_MONTHS)


def tally(*, reader: Reader, narrowing: Narrowing) -> Tally:
    """One query; nothing for those who may not see customers, as `Customer.objects.visible_to` has it."""
    every: Counter[int] = Counter()
    teams: defaultdict[int, Counter[int]] = defaultdict(Counter)
    sources: defaultdict[int, Counter[int]] = defaultdict(Counter)
    if not reader.has_perm("customers.view_customer"):
        return Tally(all={}, teams={}, sources={})
    with connection.cursor() as cursor:
        cursor.execute(_READ, _values(narrowing))
        for owner, team, source, code, customers in cursor.fetchall():
            if owner != OF_SOURCE:
                every[code] += customers
            if team != ANY:
                teams[team][code] += customers
            if source != ANY:
                sources[source][code] += customers
    return Tally(all=every, teams=dict(teams), sources=dict(sources))


def _values(narrowing: Narrowing) -> dict[str, Any]:
    """Of everybody the rows by team and those by source are read; of a part, those by both."""
    is_part = narrowing.team is not None or narrowing.source is not None
    owners = [ANY] if is_part else [OF_TEAM, OF_SOURCE]
    of_owner = narrowing.owner is not None
    return {
        "owners": [narrowing.owner] if of_owner else owners,
        "team": None if of_owner else narrowing.team,
        "source": None if of_owner else narrowing.source,
        "first": FIRST_MONTH,
        "stale": stale_month(),
        "fresh": FRESHNESS.code,
    }


def source_names() -> dict[int, str]:
    """Source system → its name."""
    return dict(SourceSystem.objects.values_list("pk", "name"))


def customers_of(counts: Counts) -> int:
    return sum(counts.get(code, 0) for code in KINDS.values())


def applicable_of(point: Point, counts: Counts) -> int:
    """To how many it applies: those of the field's kinds; validity to what is filled, uniqueness to what is valid."""
    every = sum(counts.get(KINDS[kind], 0) for kind in point.field.kinds)
    if point.dimension is COMPLETE or point.field.key == WHOLE:
        return every
    filled = every - counts.get(code_of(point.field.key, COMPLETE), 0)
    return filled if point.dimension is VALID else filled - counts.get(code_of(point.field.key, VALID), 0)


def clean_of(point: Point, counts: Counts) -> int:
    return applicable_of(point, counts) - counts.get(point.code, 0)
