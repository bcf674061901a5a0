"""Rollups of whole months beside those of days, so that figures of years do not read every day's again.

Whoever writes cells of days takes those of their months away in the same transaction (a trigger, migration 0017); here
they are made anew under the month's lock, after the recompute that everybody waits for. What is not there is read from
the days.
"""

from datetime import date

import structlog
from django.db import connection, transaction

from crm.common import locks
from metrics.engine import known, registry
from metrics.engine.definitions import Definition
from metrics.engine.histograms import COUNT_BITS, LARGEST_COUNT
from metrics.engine.sql import OF_MONTH, STORED

log = structlog.get_logger(__name__)

# Months of rollups, by jumping along their index, that have none.
_MISSING = """
WITH RECURSIVE stored(month) AS (
  (SELECT date_trunc('month', min(r.day))::date FROM metrics_rollup r WHERE {own})
  UNION ALL
  SELECT (SELECT date_trunc('month', min(r.day))::date FROM metrics_rollup r
          WHERE {own} AND r.day >= month + interval '1 month')
  FROM stored WHERE month IS NOT NULL
)
SELECT month FROM stored
WHERE month IS NOT NULL AND NOT EXISTS (SELECT FROM metrics_monthrollup r WHERE {own} AND r.day = month AND r.whole)
ORDER BY month"""

_CELL = "team_id, channel, tier_id, product_group_id, extra"

# Sums beyond a day may outgrow its integers. A count that an entry cannot hold becomes several; several entries may
# speak of one bucket.
_FILL = f"""
WITH cell AS (
  SELECT {_CELL}, min(day) AS first_day, max(day) AS last_day, {{sums}} AS sums
  FROM metrics_rollup r WHERE {{own}} AND {OF_MONTH.format(day="r.day")} GROUP BY {_CELL}
), entry AS (
  SELECT {_CELL}, e >> {COUNT_BITS} AS bucket, sum(e & {LARGEST_COUNT}) AS found
  FROM metrics_rollup r CROSS JOIN LATERAL unnest(r.histogram) e
  WHERE {{own}} AND {OF_MONTH.format(day="r.day")} GROUP BY {_CELL}, bucket
), packed AS (
  SELECT {_CELL}, {{entries}} AS histogram FROM entry CROSS JOIN LATERAL {{parts}} GROUP BY {_CELL}
)
INSERT INTO metrics_monthrollup
  (source, version, day, whole, {_CELL}, first_day, last_day, sums, histogram)
SELECT {{number}}, {{version}}, %(first)s, false, {_CELL}, first_day, last_day, sums, histogram
FROM cell LEFT JOIN packed USING ({_CELL})
UNION ALL
SELECT {{number}}, {{version}}, %(first)s, true, 0, '', 0, 0, '', min(first_day), max(last_day), {{sums}},
       (SELECT {{entries}} FROM (SELECT bucket, sum(found) AS found FROM entry GROUP BY bucket) e
        CROSS JOIN LATERAL {{parts}})
FROM cell HAVING count(*) > 0
ON CONFLICT DO NOTHING"""
_ENTRIES = f"array_agg(bucket << {COUNT_BITS} | least(found - part * {LARGEST_COUNT}, {LARGEST_COUNT})::int)"
_PARTS = f"generate_series(0, (found - 1)::bigint / {LARGEST_COUNT}) part"


def keep_all() -> None:
    """Of every source, by the rules in force."""
    rules = known.state().values
    for source in registry.sources():
        keep(Definition(source, rules))


def keep_unless_busy() -> None:
    """As `keep_all`, after a recompute; what somebody else is at has to wait for the next."""
    try:
        keep_all()
    except locks.Busy as error:
        log.info("rollups of months have to wait", reason=str(error))


def keep(definition: Definition) -> None:
    """Make those that are missing. Killed, the next run makes the rest."""
    own = STORED.format(a="r", definition=definition)
    with connection.cursor() as cursor:
        cursor.execute(_MISSING.format(own=own))
        missing = [month for (month,) in cursor.fetchall()]
    for month in missing:
        _fill(definition, month, own=own)


def _fill(definition: Definition, month: date, *, own: str) -> None:
    """Nobody writes cells of the month meanwhile; the lock is a statement of its own, before the one that reads."""
    key = locks.kpi(definition.number, month.year * 12 + month.month)
    with transaction.atomic(), connection.cursor() as cursor:
        locks.take(cursor, shared=[locks.kpi(definition.number)], exclusive=[key], wait_s=locks.JOB_PATIENCE_S)
        statement = _FILL.format(
            own=own,
            number=definition.number,
            version=definition.version,
            sums=f"ARRAY[{', '.join(f'sum(sums[{place}])' for place in definition.source.positions.values())}]",
            entries=_ENTRIES,
            parts=_PARTS,
        )
        cursor.execute(statement, {"first": month})
