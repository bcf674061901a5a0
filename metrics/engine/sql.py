"""The statements that keep rollups, rendered from the sources; docs/rollups.md has a picture of them.

Each recompute is one statement after a lock of its own: one snapshot takes the marks and reads the facts, so a change
that commits later leaves a mark that stays. Cost: cells, one index probe a cell and reading its facts; month, reading
the month's facts once.
"""

from collections.abc import Sequence

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

# Which months to rebuild: those that a version asks for (then `whole` is false: only that version needs it), and those
# with so many marks, or asked for whatever the version, that rebuilding them for all versions is cheaper.
MONTHS_TO_REBUILD = f"""
SELECT month, whole FROM (
  SELECT m.month, m.asked, m.asked_by_all OR m.marked > 0 AND m.marked >= {MANY_MARKS} * coalesce((
    SELECT count(*) FROM metrics_rollup r
    WHERE r.source = %(source)s AND r.version = ANY(%(versions)s)
      AND r.day >= m.month AND r.day < m.month + interval '1 month'
    GROUP BY r.version ORDER BY 1 DESC LIMIT 1), 0) AS whole
  FROM (
    SELECT date_trunc('month', day)::date AS month, bool_or(channel = '{WHOLE_MONTH}') AS asked,
           bool_or(channel = '{WHOLE_MONTH}' AND version = 0) AS asked_by_all,
           count(DISTINCT ({CELL})) FILTER (WHERE channel <> '{WHOLE_MONTH}') AS marked
    FROM metrics_mark WHERE source = %(source)s GROUP BY 1
  ) m
) n
WHERE asked OR whole ORDER BY month"""

# One look-up a source, however many marks there are.
SOURCES_WITH_MARKS = """
SELECT source FROM unnest(%(sources)s::integer[]) AS asked (source)
WHERE EXISTS (SELECT FROM metrics_mark m WHERE m.source = asked.source)"""

# For one version, 0: for all that are kept.
MARK_MONTHS = f"""
INSERT INTO metrics_mark (source, version, {CELL})
SELECT %(source)s, %(version)s, month, 0, '{WHOLE_MONTH}', 0, 0, '' FROM unnest(%(months)s::date[]) month"""

# Some of the rows of a version that nobody reads any more.
REMOVE_ROLLUPS = """
DELETE FROM metrics_rollup WHERE ctid = ANY(ARRAY(
  SELECT ctid FROM metrics_rollup WHERE source = %(source)s AND version = %(version)s LIMIT %(most)s))"""


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


def _put(fresh: str, definition: Definition, *, where: str = "true") -> str:
    """Insert or replace the cells that differ; an upsert would lock, and so write, those that do not."""
    return f"""
  INSERT INTO metrics_rollup AS r (source, version, {CELL}, sums, histogram)
  SELECT {definition.number}, {definition.version}, {CELL}, sums, {SHORT_HISTOGRAM} FROM {fresh}
  WHERE {where} AND before IS DISTINCT FROM sums
  ON CONFLICT (source, version, {CELL})
  DO UPDATE SET sums = excluded.sums, histogram = excluded.histogram"""


def _stored(definition: Definition, cell: str) -> str:
    """Beside each cell of `cell` its row, as `stored`, which nobody else moves while we hold the lock.

    Looked up for each, not joined: just after a version was begun or many rows came the planner takes the table for all
    but empty, and would have every cell compared with every row.
    """
    same = f"{STORED.format(a='o', definition=definition)} AND {SAME_CELL.format(a='o', b=cell)}"
    return f"LEFT JOIN LATERAL (SELECT o.ctid, o.sums FROM metrics_rollup o WHERE {same} LIMIT 1) stored ON true"


FOUND = "stored.ctid AS place, stored.sums AS before"


def rebuild_month(definitions: Sequence[Definition], *, whole: bool) -> str:
    """Replace the month's cells in each version that it is marked for, in one snapshot. `definitions`: all versions
    that marks reach; `whole`: take what is marked for all of them too. → cells computed or removed, their days.
    """
    taken = ", ".join(str(version) for version in [*([0] if whole else []), *(each.version for each in definitions)])
    parts = [_month_of(each, place) for place, each in enumerate(definitions)]
    touched = [f"{table}_{place}" for place, _each in enumerate(definitions) for table in ("fresh", "gone")]
    return f"""
WITH taken AS (
  DELETE FROM metrics_mark
  WHERE source = {definitions[0].number} AND {OF_MONTH.format(day="day")} AND version IN ({taken}) RETURNING version
), {", ".join(parts)}
{_counted(touched)}"""


def _month_of(definition: Definition, place: int) -> str:
    facts = OF_MONTH.format(day=definition.source.day)
    asked, fresh_ = f"EXISTS (SELECT 1 FROM taken WHERE version IN (0, {definition.version}))", f"fresh_{place}"
    return f"""{fresh_} AS MATERIALIZED (
  SELECT f.*, {FOUND} FROM ({fresh(definition, f"{facts} AND {asked}")}) f {_stored(definition, "f")}
), gone_{place} AS (
  DELETE FROM metrics_rollup r
  WHERE {STORED.format(a="r", definition=definition)} AND {OF_MONTH.format(day="r.day")}
    AND {asked} AND r.ctid NOT IN (SELECT place FROM {fresh_} WHERE place IS NOT NULL)
  RETURNING r.day
), put_{place} AS ({_put(fresh_, definition)}
)"""


def recompute_cells(definitions: Sequence[Definition]) -> str:
    """Replace the marked cells in every version that marks reach, each by its own look-up, in one snapshot.

    → cells computed, their days.
    """
    parts = [_cells_of(each, place) for place, each in enumerate(definitions)]
    return f"""
WITH taken AS (
  DELETE FROM metrics_mark WHERE source = {definitions[0].number} AND channel <> '{WHOLE_MONTH}' RETURNING {CELL}
), cell AS MATERIALIZED (SELECT DISTINCT {CELL} FROM taken
), {", ".join(parts)}
{_counted([f"fresh_{place}" for place, _each in enumerate(definitions)])}"""


def _cells_of(definition: Definition, place: int) -> str:
    source, fresh_ = definition.source, f"fresh_{place}"
    same = " AND ".join(f"{sql} = cell.{name}" for name, sql in zip(DIMENSIONS, source.cell, strict=True))
    return f"""{fresh_} AS MATERIALIZED (
  SELECT cell.*, s.present, s.sums, s.histogram, {FOUND} FROM cell CROSS JOIN LATERAL (
    SELECT count(*) AS present, {_sums(definition)} AS sums, {entries(definition)} AS histogram
    FROM {definition.facts} WHERE {definition.only} AND {same}) s {_stored(definition, "cell")}
), gone_{place} AS (
  DELETE FROM metrics_rollup r USING {fresh_} WHERE {fresh_}.present = 0 AND r.ctid = {fresh_}.place
), put_{place} AS ({_put(fresh_, definition, where="present > 0")}
)"""


def _counted(tables: Sequence[str]) -> str:
    days = " UNION ALL ".join(f"SELECT day FROM {table}" for table in tables)
    return f"SELECT count(*), coalesce(array_agg(DISTINCT day), '{{}}') FROM ({days}) touched"


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
