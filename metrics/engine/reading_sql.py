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
OF_MONTHS = ("month", "total")
_IN_SPAN = "(%(first)s::date IS NULL OR day >= %(first)s) AND (%(last)s::date IS NULL OR day <= %(last)s)"


# Cells of a span: those of months where they are kept (`metrics.engine.months`) and all lie within, as of the one that
# is running up to today. Of the rest the days', each month's by the index: without the offset the planner would read
# them all at once.
_CELLS = """
WITH span AS (
  SELECT coalesce(%(first)s::date, (SELECT min(day) FROM metrics_rollup WHERE {own})) AS first,
         coalesce(%(last)s::date, (SELECT max(day) FROM metrics_rollup WHERE {own})) AS last
), month AS (
  SELECT m::date AS first, (m + interval '1 month')::date - 1 AS last, EXISTS (
    SELECT FROM metrics_monthrollup WHERE {own} AND day = m::date AND whole
      AND first_day >= span.first AND last_day <= span.last) AS is_kept
  FROM span CROSS JOIN generate_series(date_trunc('month', span.first::timestamp), span.last, '1 month') m
), cell AS (
  SELECT h.* FROM month CROSS JOIN LATERAL (
    SELECT {of_month} FROM metrics_monthrollup WHERE {own} AND day = month.first AND {of_scope}
  ) h WHERE month.is_kept
  UNION ALL
  SELECT h.* FROM span CROSS JOIN month CROSS JOIN LATERAL (
    SELECT {of_days} FROM metrics_rollup
    WHERE {own} AND day BETWEEN greatest(month.first, span.first) AND least(month.last, span.last){where} OFFSET 0
  ) h WHERE NOT month.is_kept
)"""


def sums(definition: Definition, *, components: Sequence[str], by: str, where: str) -> str:
    """→ source, period, first and last day with cells, array of sums, from `first` to `last`. `where`: more conditions,
    each with AND.

    First by day or month, of which there are few: naming the period of every cell would take longer than adding it up.
    """
    positions = definition.source.positions
    summed = ", ".join(f"sum(sums[{positions[name]}]) AS {name}" for name in components)
    if by in OF_MONTHS:
        of_month = f"month.first AS day, min(first_day) AS first_day, max(last_day) AS last_day, {summed}"
        of_days = f"month.first AS day, min(day) AS first_day, max(day) AS last_day, {summed}"
        cells = _cells(definition, of_month=of_month, of_days=of_days, where=where, having=" HAVING count(*) > 0")
        source = f"({cells} SELECT * FROM cell)"
    else:
        source = (
            f"(SELECT day, day AS first_day, day AS last_day, {summed} FROM metrics_rollup"
            f" WHERE {_own(definition)} AND {_IN_SPAN}{where} GROUP BY day)"
        )
    return (
        f"SELECT {definition.number}, {PERIODS[by]}, min(first_day), max(last_day),"
        f" ARRAY[{', '.join(f'sum({name})' for name in components)}] FROM {source} part GROUP BY 2"
    )


def histogram(definition: Definition, *, where: str) -> str:
    """→ buckets and counts of one histogram (`place`) over many cells from `first` to `last`, ascending. `where`: more
    conditions, each with AND.
    """
    return f"""{_cells(definition, of_month="histogram", of_days="histogram", where=where)}
SELECT (entry >> {COUNT_BITS}) %% {BUCKETS} AS bucket, sum(entry & {LARGEST_COUNT})
FROM cell CROSS JOIN LATERAL unnest(histogram) entry
WHERE (entry >> {COUNT_BITS}) / {BUCKETS} = %(place)s
GROUP BY 1 ORDER BY 1"""


def _cells(definition: Definition, *, of_month: str, of_days: str, where: str, having: str = "") -> str:
    return _CELLS.format(
        own=_own(definition),
        of_month=of_month,
        of_days=of_days,
        of_scope=f"NOT whole{where}{having}" if where else f"whole{having}",
        where=f"{where}{having}",
    )


def hash_of_cells(definition: Definition, *, components: Sequence[str], where: str) -> str:
    """→ sha256 over the sums of some components from `first` to `last`, cell by cell in order."""
    places = ", ".join(str(definition.source.positions[name]) for name in components)
    return f"""
SELECT encode(sha256(convert_to(coalesce(string_agg(
         concat_ws('|', day, team_id, channel, tier_id, product_group_id,
                   (SELECT array_agg(sums[place]) FROM unnest(ARRAY[{places}]) place)),
         E'\\n' ORDER BY day, team_id, channel, tier_id, product_group_id), ''), 'UTF8')), 'hex')
FROM metrics_rollup WHERE {_own(definition)} AND {_IN_SPAN}{where}"""


def _own(definition: Definition) -> str:
    return f"source = {definition.number} AND version = {definition.version}"
