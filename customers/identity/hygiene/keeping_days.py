"""What stood at the end of a day, from the counts: the rows that the KPI is computed from, whenever that is."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from django.db.backends.utils import CursorWrapper

from customers.identity.hygiene.counting import FIRST_MONTH, Counts, applicable_of, clean_of
from customers.identity.hygiene.fields import KINDS, POINTS, month_number
from customers.models import HygieneDay

Cell = tuple[int, int, int]

_READ: Final = """
SELECT team_id, tier_id, system_id, code, customers FROM customers_hygienecount
WHERE owner_id = -1 AND tier_id >= 0 AND customers <> 0
"""
# Only what differs; cells that are empty now go. A day that is over is never asked for again.
_WRITE: Final = """
WITH fresh AS MATERIALIZED (
  SELECT %(day)s::date AS day, team_id, tier_id, system_id, customers,
         points::bigint[] AS points, clean_points::bigint[] AS clean_points, ages::bigint[] AS ages
  FROM unnest(%(teams)s::int[], %(tiers)s::int[], %(systems)s::int[], %(customers)s::bigint[], %(points)s::text[],
              %(clean_points)s::text[], %(ages)s::text[])
    n (team_id, tier_id, system_id, customers, points, clean_points, ages)
), gone AS (
  DELETE FROM customers_hygieneday d WHERE d.day = %(day)s AND NOT EXISTS (
    SELECT FROM fresh f WHERE (f.team_id, f.tier_id, f.system_id) = (d.team_id, d.tier_id, d.system_id))
)
INSERT INTO customers_hygieneday AS d (day, team_id, tier_id, system_id, customers, points, clean_points, ages)
SELECT day, team_id, tier_id, system_id, customers, points, clean_points, ages FROM fresh
ON CONFLICT (day, team_id, tier_id, system_id) DO UPDATE
SET customers = excluded.customers, points = excluded.points, clean_points = excluded.clean_points, ages = excluded.ages
WHERE (d.customers, d.points, d.clean_points, d.ages)
  IS DISTINCT FROM (excluded.customers, excluded.points, excluded.clean_points, excluded.ages)
"""


def keep_day(cursor: CursorWrapper, day: date) -> None:
    """Let the day's rows be what the counts say now. Under `locks.HYGIENE`, so that nobody counts meanwhile."""
    cursor.execute(_READ)
    cells: defaultdict[Cell, dict[int, int]] = defaultdict(dict)
    for team, tier, system, code, customers in cursor.fetchall():
        cells[team, tier, system][code] = customers
    cursor.execute(_WRITE, {"day": day, **_columns(cells, day)})


def ages_of(counts: Counts, day: date) -> list[int]:
    """Customers by how many months ago they were confirmed, from 0 to the most that is told apart."""
    ages = [0] * HygieneDay.AGES
    for code, customers in counts.items():
        if code >= FIRST_MONTH:
            ages[min(max(month_number(day) - code, 0), HygieneDay.AGES - 1)] += customers
    return ages


def _columns(cells: Mapping[Cell, Counts], day: date) -> dict[str, Any]:
    columns: defaultdict[str, list[Any]] = defaultdict(list)
    for (team, tier, system), counts in sorted(cells.items()):
        columns["teams"].append(team)
        columns["tiers"].append(tier)
        columns["systems"].append(system)
        columns["customers"].append(sum(counts.get(code, 0) for code in KINDS.values()))
        columns["points"].append(_array([applicable_of(point, counts) for point in POINTS]))
        columns["clean_points"].append(_array([clean_of(point, counts) for point in POINTS]))
        columns["ages"].append(_array(ages_of(counts, day)))
    names = ("teams", "tiers", "systems", "customers", "points", "clean_points", "ages")
    return {name: columns[name] for name in names}


def _array(values: list[int]) -> str:
    return f"{{{','.join(map(str, values))}}}"
