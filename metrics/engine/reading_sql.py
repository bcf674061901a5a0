"""The statements that read rollups."""

from collections.abc import Sequence

from metrics.engine.definitions import Definition
from metrics.engine.histograms import BUCKETS, COUNT_BITS, LARGEST_COUNT

PERIODS = {
    "day": "to_char(day, 'YYYY-MM-DD')",
    "week": "to_char(day, 'IYYY-\"W\"IW')",
    "month": "to_char(day, 'YYYY-MM')",
    "total": "'total'",
}


def sums(definition: Definition, *, components: Sequence[str], by: str, where: str) -> str:
    """→ source, period, first and last day with cells, array of sums. `where`: more conditions, each with AND.

    First by day, of which there are few: naming the period of every cell would take longer than adding them up.
    """
    positions = definition.source.positions
    days = ", ".join(f"sum(sums[{positions[name]}]) AS {name}" for name in components)
    return (
        f"SELECT {definition.number}, {PERIODS[by]}, min(day), max(day), "
        f"ARRAY[{', '.join(f'sum({name})' for name in components)}] FROM (SELECT day, {days} FROM metrics_rollup "
        f"WHERE source = {definition.number} AND version = {definition.version}{where} GROUP BY day) a_day GROUP BY 2"
    )


def histogram(definition: Definition, *, where: str) -> str:
    """→ buckets and counts of one histogram (`place`) over many cells from `first` to `last`, ascending. `where`: more
    conditions, each with AND.

    Whole months are read as such where they are kept (`metrics.engine.months`), the rest by its days.
    """
    own = f"source = {definition.number} AND version = {definition.version}"
    of_scope = f"NOT whole{where}" if where else "whole"
    return f"""
WITH span AS (
  SELECT coalesce(%(first)s::date, (SELECT min(day) FROM metrics_rollup WHERE {own})) AS first,
         coalesce(%(last)s::date, (SELECT max(day) FROM metrics_rollup WHERE {own})) AS last
), month AS (
  SELECT m::date AS first, (m + interval '1 month')::date - 1 AS last, EXISTS (
    SELECT FROM metrics_monthhistogram WHERE {own} AND day = m::date AND whole
      AND m >= span.first AND m + interval '1 month' <= span.last + 1) AS is_kept
  FROM span CROSS JOIN generate_series(date_trunc('month', span.first::timestamp), span.last, '1 month') m
), cell AS (
  SELECT h.histogram FROM month CROSS JOIN LATERAL (
    SELECT histogram FROM metrics_monthhistogram WHERE {own} AND day = month.first AND {of_scope}
  ) h WHERE month.is_kept
  UNION ALL
  SELECT h.histogram FROM span CROSS JOIN month CROSS JOIN LATERAL (
    SELECT histogram FROM metrics_rollup
    WHERE {own} AND day BETWEEN greatest(month.first, span.first) AND least(month.last, span.last){where}
  ) h WHERE NOT month.is_kept
)
SELECT (entry >> {COUNT_BITS}) %% {BUCKETS} AS bucket, sum(entry & {LARGEST_COUNT})
FROM cell CROSS JOIN LATERAL unnest(histogram) entry
WHERE (entry >> {COUNT_BITS}) / {BUCKETS} = %(place)s
GROUP BY 1 ORDER BY 1"""


def hash_of_cells(definition: Definition, *, components: Sequence[str], where: str) -> str:
    """→ sha256 over the sums of some components, cell by cell in order."""
    places = ", ".join(str(definition.source.positions[name]) for name in components)
    return f"""
SELECT encode(sha256(convert_to(coalesce(string_agg(
         concat_ws('|', day, team_id, channel, tier_id, product_group_id,
                   (SELECT array_agg(sums[place]) FROM unnest(ARRAY[{places}]) place)),
         E'\\n' ORDER BY day, team_id, channel, tier_id, product_group_id), ''), 'UTF8')), 'hex')
FROM metrics_rollup WHERE source = {definition.number} AND version = {definition.version}{where}"""
