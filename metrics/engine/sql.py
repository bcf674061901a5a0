"""The statements of the KPI engine, rendered from the sources; see docs/kpis.md for how they fit together.

Each recompute is one statement after a lock of its own: one snapshot takes the marks and reads the facts, so a change
that commits later leaves a mark that stays. Cost: cells, one index probe a cell and reading its facts; month, reading
the month's facts once.
"""

from collections.abc import Sequence

from metrics.engine.base import FactSource, Histogram
from metrics.models import Source

WHOLE_MONTH = "*"  # stands as the channel of a mark that asks for its month to be rebuilt
MANY_MARKS = 0.3  # of a month's cells: from here on reading the month once is cheaper than cell by cell

# Histograms: buckets of ratio 1.02 from a tenth of a second on, so that a bucket's middle is within 1 %.
BUCKET_RATIO = 1.02
BUCKET_FROM_MS = 100
BUCKETS = 1024  # of one histogram; the second one's start here, and so on
COUNT_BITS = 20
LONG_HISTOGRAM = 512  # entries from which equal buckets are added up; shorter ones are kept as they come

MORE_MEMORY = "SET LOCAL work_mem = '64MB'"  # a month's facts are sorted by cell without going to disk

SAME_CELL = """{a}.day = {b}.day AND {a}.team_id = {b}.team_id AND {a}.channel = {b}.channel
    AND {a}.tier_id = {b}.tier_id AND {a}.product_group_id = {b}.product_group_id"""
CELL = "day, team_id, channel, tier_id, product_group_id"

# Which months to rebuild whole: those asked for, and those with so many marks that it is cheaper.
MONTHS_TO_REBUILD = f"""
SELECT m.month FROM (
  SELECT date_trunc('month', day)::date AS month, bool_or(channel = '{WHOLE_MONTH}') AS asked,
         count(DISTINCT (day, team_id, channel, tier_id, product_group_id)) AS marked
  FROM metrics_mark WHERE source = %(source)s GROUP BY 1
) m
WHERE m.asked OR m.marked >= {MANY_MARKS} * (
  SELECT count(*) FROM metrics_rollup r
  WHERE r.source = %(source)s AND r.version = %(version)s AND r.day >= m.month AND r.day < m.month + interval '1 month')
ORDER BY m.month"""

MARK_MONTHS = f"""
INSERT INTO metrics_mark (source, day, team_id, channel, tier_id, product_group_id)
SELECT %(source)s, month, 0, '{WHOLE_MONTH}', 0, 0 FROM unnest(%(months)s::date[]) month"""


def months_with_facts(source: FactSource) -> str:
    """Months that hold facts or rollups, by jumping along the index from month to month."""
    jump = "SELECT date_trunc('month', min({day}))::date FROM {table} f WHERE {where}"
    facts = {"day": source.day, "table": source.table}
    rollups = {"day": "f.day", "table": "metrics_rollup"}
    own = f"f.source = {source.source} AND f.version = {source.version}"
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


def bucket(histogram: Histogram, place: int) -> str:
    """The histogram's bucket as a number: 0 below a tenth of a second."""
    tenths = f"greatest({histogram.milliseconds}, {BUCKET_FROM_MS})::float8 / {BUCKET_FROM_MS}"
    return f"{place * BUCKETS} + least(ceil(ln({tenths}) / ln({BUCKET_RATIO}::float8))::int, {BUCKETS - 1})"


def _sums(source: FactSource) -> str:
    """The array of sums; with histograms a last one, which differs when their values do, so that comparing is cheap."""
    sums = [component.sql for component in source.components]
    if source.histograms:
        checks = (
            f"coalesce(sum(hashint8extended({each.milliseconds}, {place}) >> 24) FILTER (WHERE {each.where}), 0)"
            for place, each in enumerate(source.histograms)
        )
        sums.append(f"({' + '.join(checks)})::bigint")
    return f"ARRAY[{', '.join(sums)}]::bigint[]"


def _histogram(source: FactSource) -> str:
    """Entries of bucket << 20 | count, in no order; several may speak of one bucket."""
    if not source.histograms:
        return "NULL::int[]"
    parts = (
        f"array_agg(({bucket(each, place)}) << {COUNT_BITS} | 1) FILTER (WHERE {each.where})"
        for place, each in enumerate(source.histograms)
    )
    return " || ".join(parts)


SHORT_HISTOGRAM = f"""CASE WHEN cardinality(histogram) <= {LONG_HISTOGRAM} THEN histogram ELSE (
    SELECT array_agg(b << {COUNT_BITS} | least(c, {2**COUNT_BITS - 1}))
    FROM (SELECT e >> {COUNT_BITS} AS b, sum(e & {2**COUNT_BITS - 1})::int AS c FROM unnest(histogram) e GROUP BY 1) s
  ) END"""


def fresh(source: FactSource, where: str) -> str:
    """The cells of the facts that fulfil `where`, computed from the facts."""
    return f"""
  SELECT {source.day} AS day, {source.team} AS team_id, {source.channel} COLLATE "C" AS channel,
         {source.tier} AS tier_id, {source.product_group} AS product_group_id,
         {_sums(source)} AS sums, {_histogram(source)} AS histogram
  FROM {source.table} f WHERE {source.only} AND {where} GROUP BY 1, 2, 3, 4, 5"""


def _put(source: FactSource, *, where: str = "true", stored: str = "true") -> str:
    """Insert or replace the cells that differ; an upsert would lock, and so write, those that do not."""
    return f"""
  INSERT INTO metrics_rollup AS r (source, version, {CELL}, sums, histogram)
  SELECT {source.source}, {source.version}, {CELL}, sums, {SHORT_HISTOGRAM} FROM fresh
  WHERE {where} AND NOT EXISTS (
    SELECT 1 FROM metrics_rollup o WHERE o.source = {source.source} AND o.version = {source.version}
      AND {stored} AND {SAME_CELL.format(a="o", b="fresh")} AND o.sums = fresh.sums)
  ON CONFLICT (source, version, day, team_id, channel, tier_id, product_group_id)
  DO UPDATE SET sums = excluded.sums, histogram = excluded.histogram"""


def rebuild_month(source: FactSource) -> str:
    """Replace the month's cells, if the month is still marked. → cells computed, their days."""
    month = "{day} >= %(first)s AND {day} < %(first)s + interval '1 month'"
    mine = f"r.source = {source.source} AND r.version = {source.version} AND {month.format(day='r.day')}"
    return f"""
WITH taken AS (
  DELETE FROM metrics_mark WHERE source = {source.source} AND {month.format(day="day")} RETURNING 1
), fresh AS MATERIALIZED ({fresh(source, month.format(day=source.day) + " AND EXISTS (SELECT 1 FROM taken)")}
), gone AS (
  DELETE FROM metrics_rollup r WHERE {mine} AND EXISTS (SELECT 1 FROM taken)
    AND NOT EXISTS (SELECT 1 FROM fresh WHERE {SAME_CELL.format(a="fresh", b="r")})
), put AS ({_put(source, stored=month.format(day="o.day"))}
)
SELECT count(*), coalesce(array_agg(DISTINCT day), '{{}}') FROM fresh"""


def recompute_cells(source: FactSource) -> str:
    """Replace the marked cells, each by its own look-up. → cells computed, their days."""
    return f"""
WITH taken AS (
  DELETE FROM metrics_mark WHERE source = {source.source} AND channel <> '{WHOLE_MONTH}' RETURNING {CELL}
), cell AS MATERIALIZED (SELECT DISTINCT {CELL} FROM taken
), fresh AS MATERIALIZED (
  SELECT cell.*, s.present, s.sums, s.histogram FROM cell CROSS JOIN LATERAL (
    SELECT count(*) AS present, {_sums(source)} AS sums, {_histogram(source)} AS histogram
    FROM {source.table} f
    WHERE {source.only} AND {source.day} = cell.day AND {source.team} = cell.team_id
      AND {source.channel} = cell.channel AND {source.tier} = cell.tier_id
      AND {source.product_group} = cell.product_group_id) s
), gone AS (
  DELETE FROM metrics_rollup r USING fresh
  WHERE fresh.present = 0 AND r.source = {source.source} AND r.version = {source.version}
    AND {SAME_CELL.format(a="r", b="fresh")}
), put AS ({_put(source, where="present > 0")}
)
SELECT count(*), coalesce(array_agg(DISTINCT day), '{{}}') FROM fresh"""


def differing_cells(source: FactSource) -> str:
    """Cells of a month whose stored sums are not what the facts give; cells that are marked may differ yet."""
    month = "{day} >= %(first)s AND {day} < %(first)s + interval '1 month'"
    return f"""
WITH fresh AS MATERIALIZED ({fresh(source, month.format(day=source.day))}
), stored AS (
  SELECT {CELL}, sums FROM metrics_rollup
  WHERE source = {source.source} AND version = {source.version} AND {month.format(day="day")}
)
SELECT {", ".join(f"coalesce(fresh.{name}, stored.{name})" for name in CELL.split(", "))}, stored.sums, fresh.sums
FROM fresh FULL JOIN stored ON {SAME_CELL.format(a="fresh", b="stored")}
WHERE fresh.sums IS DISTINCT FROM stored.sums AND NOT EXISTS (
  SELECT 1 FROM metrics_mark m WHERE m.source = {source.source}
    AND (m.day = coalesce(fresh.day, stored.day) OR m.channel = '{WHOLE_MONTH}'))"""


CONTACTS = "direction = 'in' AND is_contact AND customer_id IS NOT NULL"  # as the index interaction_contacts says

# The chains of the contacts `i`: one starts at the first contact, or more than the repeat window after the last, and
# ends likewise. Reads the index interaction_contacts in its order, so nothing is sorted.
_CHAINS = """
  SELECT customer_id, purpose, occurred_at AS first_at, last_at, crm_day(occurred_at) AS day, contacts,
         coalesce(team_id, 0) AS team_id, channel, coalesce(tier_id, 0) AS tier_id
  FROM (
    SELECT *, CASE WHEN ends THEN occurred_at ELSE lead(occurred_at) OVER w END AS last_at,
           CASE WHEN ends THEN 1 ELSE lead(place) OVER w - place + 1 END AS contacts
    FROM (
      SELECT i.customer_id, i.purpose, i.occurred_at, i.id, i.team_id, i.channel, i.tier_id,
             row_number() OVER c AS place,
             coalesce(i.occurred_at - lag(i.occurred_at) OVER c > {window}, true) AS starts,
             coalesce(lead(i.occurred_at) OVER c - i.occurred_at > {window}, true) AS ends
      FROM customers_interaction i WHERE {where}
      WINDOW c AS (PARTITION BY i.customer_id, i.purpose ORDER BY i.occurred_at, i.id)
    ) contact
    WHERE starts OR ends
    WINDOW w AS (PARTITION BY customer_id, purpose ORDER BY occurred_at, id)
  ) edge
  WHERE starts"""


def _chains(where: str) -> str:
    return _CHAINS.format(window="interval '1 hour' * %(repeat_hours)s", where=f"{where} AND {CONTACTS}")


_ISSUE = "last_at, day, contacts, team_id, channel, tier_id"
# `fresh` beside what is stored, as far as they differ; then only that is touched.
_PUT_ISSUES = f"""diff AS MATERIALIZED (
  SELECT customer_id, purpose, first_at, {", ".join(f"fresh.{name}" for name in _ISSUE.split(", "))},
         fresh.contacts IS NULL AS gone, stored.id AS stored_id
  FROM fresh FULL JOIN stored USING (customer_id, purpose, first_at)
  WHERE ({", ".join(f"fresh.{name}" for name in _ISSUE.split(", "))})
    IS DISTINCT FROM ({", ".join(f"stored.{name}" for name in _ISSUE.split(", "))})
), removed AS (DELETE FROM metrics_issue r USING diff WHERE r.id = diff.stored_id AND diff.gone
), changed AS (
  UPDATE metrics_issue r SET ({_ISSUE}) = ROW({", ".join(f"diff.{name}" for name in _ISSUE.split(", "))})
  FROM diff WHERE r.id = diff.stored_id AND NOT diff.gone
), added AS (
  INSERT INTO metrics_issue (customer_id, purpose, first_at, {_ISSUE})
  SELECT customer_id, purpose, first_at, {_ISSUE} FROM diff WHERE stored_id IS NULL
)
SELECT count(*) FROM diff"""

# Each marked (customer, purpose) by its own look-up. → issues that differed
REBUILD_MARKED_ISSUES = f"""
WITH taken AS (DELETE FROM metrics_issuemark RETURNING customer_id, purpose
), marked AS MATERIALIZED (SELECT DISTINCT customer_id, purpose FROM taken
), fresh AS (
  SELECT s.* FROM marked CROSS JOIN LATERAL (
    {_chains("i.customer_id = marked.customer_id AND i.purpose = marked.purpose")}) s
), stored AS (
  SELECT s.* FROM marked CROSS JOIN LATERAL (
    SELECT * FROM metrics_issue r WHERE r.customer_id = marked.customer_id AND r.purpose = marked.purpose) s
), {_PUT_ISSUES}"""

# A range of customers, read once. → issues that differed
REBUILD_ISSUES_OF = f"""
WITH taken AS (DELETE FROM metrics_issuemark WHERE customer_id >= %(first)s AND customer_id < %(after)s
), fresh AS ({_chains("i.customer_id >= %(first)s AND i.customer_id < %(after)s")}
), stored AS (SELECT * FROM metrics_issue r WHERE r.customer_id >= %(first)s AND r.customer_id < %(after)s
), {_PUT_ISSUES}"""

# Which customers may have issues or get them.
CUSTOMERS_WITH_ISSUES = f"""
SELECT least((SELECT min(customer_id) FROM customers_interaction WHERE {CONTACTS}),
             (SELECT min(customer_id) FROM metrics_issue)),
       greatest((SELECT max(customer_id) FROM customers_interaction WHERE {CONTACTS}),
                (SELECT max(customer_id) FROM metrics_issue))"""

ESTIMATED_ISSUES = "SELECT reltuples FROM pg_class WHERE oid = 'metrics_issue'::regclass"

# What changes between two moments by the clock alone, in whichever direction the clock is set.
MARK_MATURED_ISSUES = f"""
INSERT INTO metrics_mark (source, {CELL})
SELECT DISTINCT {Source.ISSUE}, day, team_id, channel, tier_id, 0 FROM metrics_issue
WHERE last_at > %(earlier)s - interval '1 hour' * %(repeat_hours)s
  AND last_at <= %(later)s - interval '1 hour' * %(repeat_hours)s"""

MARK_OVERDUE_INVOICES = f"""
INSERT INTO metrics_mark (source, {CELL})
SELECT DISTINCT {Source.INVOICE}, due_on, coalesce(team_id, 0), '', coalesce(tier_id, 0), 0 FROM customers_invoice
WHERE due_on >= crm_day(%(earlier)s) AND due_on < crm_day(%(later)s) AND amount > 0"""

PERIODS = {
    "day": "to_char(day, 'YYYY-MM-DD')",
    "week": "to_char(day, 'IYYY-\"W\"IW')",
    "month": "to_char(day, 'YYYY-MM')",
    "total": "'total'",
}


def sums(source: FactSource, *, components: Sequence[str], by: str, where: str) -> str:
    """→ source, period, first and last day with cells, array of sums. `where`: more conditions, each with AND.

    First by day, of which there are few: naming the period of every cell would take longer than adding them up.
    """
    days = ", ".join(f"sum(sums[{source.positions[name]}]) AS {name}" for name in components)
    return (
        f"SELECT {source.source}, {PERIODS[by]}, min(day), max(day), "
        f"ARRAY[{', '.join(f'sum({name})' for name in components)}] FROM (SELECT day, {days} FROM metrics_rollup "
        f"WHERE source = {source.source} AND version = {source.version}{where} GROUP BY day) a_day GROUP BY 2"
    )


# Buckets and counts of one histogram over many cells, ascending.
HISTOGRAM = f"""
SELECT (entry >> {COUNT_BITS}) %% {BUCKETS} AS bucket, sum(entry & {2**COUNT_BITS - 1})
FROM metrics_rollup CROSS JOIN LATERAL unnest(histogram) entry
WHERE source = {{source}} AND version = {{version}}{{where}} AND (entry >> {COUNT_BITS}) / {BUCKETS} = %s
GROUP BY 1 ORDER BY 1"""

# What a baseline was frozen from: the sums a KPI reads, cell by cell in order.
SOURCE_HASH = """
SELECT encode(sha256(convert_to(coalesce(string_agg(
         concat_ws('|', day, team_id, channel, tier_id, product_group_id,
                   (SELECT array_agg(sums[place]) FROM unnest({sums}) place)),
         E'\\n' ORDER BY day, team_id, channel, tier_id, product_group_id), ''), 'UTF8')), 'hex')
FROM metrics_rollup WHERE source = {source} AND version = {version}{where}"""
