"""The statements that keep rollups, rendered from the sources; docs/rollups.md has a picture of them.

Each recompute is one statement after a lock of its own: one snapshot takes the marks and reads the facts, so a change
that commits later leaves a mark that stays. Cost: cells, one index probe a cell and reading its facts; month, reading
the month's facts once.
"""

from metrics.engine.definitions import Definition
from metrics.engine.histograms import COUNT_BITS, LARGEST_COUNT, LONG_HISTOGRAM, checksum, entries
from metrics.engine.sources import FactSource

WHOLE_MONTH = "*"  # stands as the channel of a mark that asks for its month to be rebuilt
MANY_MARKS = 0.3  # of a month's cells: from here on reading the month once is cheaper than cell by cell

MORE_MEMORY = "SET LOCAL work_mem = '64MB'"  # a month's facts are sorted by cell without going to disk

DIMENSIONS = ("day", "team_id", "channel", "tier_id", "product_group_id", "extra")
CELL = ", ".join(DIMENSIONS)
SAME_CELL = " AND ".join(f"{{a}}.{name} = {{b}}.{name}" for name in DIMENSIONS)
OF_MONTH = "{day} >= %(first)s AND {day} < %(first)s + interval '1 month'"
STORED = "{a}.source = {definition.number} AND {a}.version = {definition.version}"

# Which months to rebuild whole: those asked for, and those with so many marks that it is cheaper.
MONTHS_TO_REBUILD = f"""
SELECT m.month FROM (
  SELECT date_trunc('month', day)::date AS month, bool_or(channel = '{WHOLE_MONTH}') AS asked,
         count(DISTINCT ({CELL})) AS marked
  FROM metrics_mark WHERE source = %(source)s GROUP BY 1
) m
WHERE m.asked OR m.marked >= {MANY_MARKS} * (
  SELECT count(*) FROM metrics_rollup r
  WHERE r.source = %(source)s AND r.version = %(version)s AND r.day >= m.month AND r.day < m.month + interval '1 month')
ORDER BY m.month"""

MARK_MONTHS = f"""
INSERT INTO metrics_mark (source, {CELL})
SELECT %(source)s, month, 0, '{WHOLE_MONTH}', 0, 0, '' FROM unnest(%(months)s::date[]) month"""


def months_with_facts(definition: Definition) -> str:
    """Months that hold facts or rollups, by jumping along the index from month to month."""
    jump = "SELECT date_trunc('month', min({day}))::date FROM {table} f WHERE {where}"
    facts = {"day": definition.source.day, "table": definition.table}
    rollups = {"day": "f.day", "table": "metrics_rollup"}
    own = STORED.format(a="f", definition=definition)
    later = "{day} >= month + interval '1 month'"
    return f"""
WITH RECURSIVE fact(month) AS (
  ({jump.format(**facts, where="true")})
  UNION ALL SELECT ({jump.format(**facts, where=later.format(**facts))}) FROM fact WHERE month IS NOT NULL
), stored(month) AS (
  ({jump.format(**rollups, where=own)})
  UNION ALL SELECT ({jump.format(**rollups, where=f"{own} AND {later.format(**rollups)}")})
  FROM stored WHERE month IS NOT NULL
)
SELECT month FROM fact WHERE month IS NOT NULL UNION SELECT month FROM stored WHERE month IS NOT NULL ORDER BY 1"""


def _sums(definition: Definition) -> str:
    return f"ARRAY[{', '.join([*definition.sums, *checksum(definition)])}]::bigint[]"


def cell_of(source: FactSource) -> str:
    """The dimensions of a fact, named as those of a cell."""
    return ", ".join(f"{sql} AS {name}" for name, sql in zip(DIMENSIONS, source.cell, strict=True))


def fresh(definition: Definition, where: str) -> str:
    """The cells of the facts that fulfil `where`, computed from the facts."""
    return f"""
  SELECT {cell_of(definition.source)},
         {_sums(definition)} AS sums, {entries(definition)} AS histogram
  FROM {definition.facts} WHERE {definition.only} AND {where} GROUP BY 1, 2, 3, 4, 5, 6"""


SHORT_HISTOGRAM = f"""CASE WHEN cardinality(histogram) <= {LONG_HISTOGRAM} THEN histogram ELSE (
    SELECT array_agg(b << {COUNT_BITS} | least(c, {LARGEST_COUNT}))
    FROM (SELECT e >> {COUNT_BITS} AS b, sum(e & {LARGEST_COUNT})::int AS c FROM unnest(histogram) e GROUP BY 1) s
  ) END"""


def _put(definition: Definition, *, where: str = "true", stored: str = "true") -> str:
    """Insert or replace the cells that differ; an upsert would lock, and so write, those that do not."""
    return f"""
  INSERT INTO metrics_rollup AS r (source, version, {CELL}, sums, histogram)
  SELECT {definition.number}, {definition.version}, {CELL}, sums, {SHORT_HISTOGRAM} FROM fresh
  WHERE {where} AND NOT EXISTS (
    SELECT 1 FROM metrics_rollup o WHERE {STORED.format(a="o", definition=definition)}
      AND {stored} AND {SAME_CELL.format(a="o", b="fresh")} AND o.sums = fresh.sums)
  ON CONFLICT (source, version, {CELL})
  DO UPDATE SET sums = excluded.sums, histogram = excluded.histogram"""


def rebuild_month(definition: Definition) -> str:
    """Replace the month's cells, if the month is still marked. → cells computed or removed, their days."""
    facts = OF_MONTH.format(day=definition.source.day)
    return f"""
WITH taken AS (
  DELETE FROM metrics_mark WHERE source = {definition.number} AND {OF_MONTH.format(day="day")} RETURNING 1
), fresh AS MATERIALIZED ({fresh(definition, facts + " AND EXISTS (SELECT 1 FROM taken)")}
), gone AS (
  DELETE FROM metrics_rollup r
  WHERE {STORED.format(a="r", definition=definition)} AND {OF_MONTH.format(day="r.day")}
    AND EXISTS (SELECT 1 FROM taken) AND NOT EXISTS (SELECT 1 FROM fresh WHERE {SAME_CELL.format(a="fresh", b="r")})
  RETURNING r.day
), put AS ({_put(definition, stored=OF_MONTH.format(day="o.day"))}
)
SELECT count(*), coalesce(array_agg(DISTINCT day), '{{}}')
FROM (SELECT day FROM fresh UNION ALL SELECT day FROM gone) touched"""


def recompute_cells(definition: Definition) -> str:
    """Replace the marked cells, each by its own look-up. → cells computed, their days."""
    source = definition.source
    same = " AND ".join(f"{sql} = cell.{name}" for name, sql in zip(DIMENSIONS, source.cell, strict=True))
    return f"""
WITH taken AS (
  DELETE FROM metrics_mark WHERE source = {definition.number} AND channel <> '{WHOLE_MONTH}' RETURNING {CELL}
), cell AS MATERIALIZED (SELECT DISTINCT {CELL} FROM taken
), fresh AS MATERIALIZED (
  SELECT cell.*, s.present, s.sums, s.histogram FROM cell CROSS JOIN LATERAL (
    SELECT count(*) AS present, {_sums(definition)} AS sums, {entries(definition)} AS histogram
    FROM {definition.facts} WHERE {definition.only} AND {same}) s
), gone AS (
  DELETE FROM metrics_rollup r USING fresh
  WHERE fresh.present = 0 AND {STORED.format(a="r", definition=definition)} AND {SAME_CELL.format(a="r", b="fresh")}
), put AS ({_put(definition, where="present > 0")}
)
SELECT count(*), coalesce(array_agg(DISTINCT day), '{{}}') FROM fresh"""


def differing_cells(definition: Definition) -> str:
    """Cells of a month whose stored sums are not what the facts give; cells that are marked may differ yet."""
    return f"""
WITH fresh AS MATERIALIZED ({fresh(definition, OF_MONTH.format(day=definition.source.day))}
), stored AS (
  SELECT {CELL}, sums FROM metrics_rollup s
  WHERE {STORED.format(a="s", definition=definition)} AND {OF_MONTH.format(day="day")}
)
SELECT {", ".join(f"coalesce(fresh.{name}, stored.{name})" for name in DIMENSIONS)}, stored.sums, fresh.sums
FROM fresh FULL JOIN stored ON {SAME_CELL.format(a="fresh", b="stored")}
WHERE fresh.sums IS DISTINCT FROM stored.sums AND NOT EXISTS (
  SELECT 1 FROM metrics_mark m WHERE m.source = {definition.number}
    AND (m.day = coalesce(fresh.day, stored.day) OR m.channel = '{WHOLE_MONTH}'))"""


def mark_judged_otherwise(definition: Definition) -> str:
    """Mark the cells of the facts that time alone judges otherwise at `later` than at `earlier`."""
    source = definition.source
    return f"""
INSERT INTO metrics_mark (source, {CELL})
SELECT DISTINCT {source.number}, {", ".join(source.cell)} FROM {source.table} f
WHERE {definition.filled(source.clock)}"""
