"""Histograms of whole months beside those of days, so that quantiles of years do not read every day's again.

Whoever writes cells of days takes those of their months away in the same transaction (a trigger, migration 0016); here
they are made anew under the month's lock, after the recompute that everybody waits for. What is not there is read from
the days.
"""

from datetime import date

from django.db import connection, transaction

from crm.common import locks
from metrics.engine import known, registry
from metrics.engine.definitions import Definition
from metrics.engine.histograms import COUNT_BITS, LARGEST_COUNT
from metrics.engine.sql import OF_MONTH, STORED

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
WHERE month IS NOT NULL AND NOT EXISTS (SELECT FROM metrics_monthhistogram r WHERE {own} AND r.day = month AND r.whole)
ORDER BY month"""

# A count that an entry cannot hold becomes several; several entries may speak of one bucket.
_FILL = f"""
WITH entry AS (
  SELECT team_id, channel, tier_id, product_group_id, extra, e >> {COUNT_BITS} AS bucket,
         sum(e & {LARGEST_COUNT}) AS found
  FROM metrics_rollup r CROSS JOIN LATERAL unnest(r.histogram) e
  WHERE {{own}} AND {OF_MONTH.format(day="r.day")} GROUP BY 1, 2, 3, 4, 5, 6
), cell AS (
  SELECT team_id, channel, tier_id, product_group_id, extra, false AS whole, bucket, found FROM entry
  UNION ALL SELECT 0, '', 0, 0, '', true, bucket, sum(found) FROM entry GROUP BY bucket
)
INSERT INTO metrics_monthhistogram
  (source, version, day, team_id, channel, tier_id, product_group_id, extra, whole, histogram)
SELECT {{number}}, {{version}}, %(first)s, team_id, channel, tier_id, product_group_id, extra, whole,
       array_agg(bucket << {COUNT_BITS} | least(found - part * {LARGEST_COUNT}, {LARGEST_COUNT})::int)
FROM cell CROSS JOIN LATERAL generate_series(0, (found - 1)::bigint / {LARGEST_COUNT}) part
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9
UNION ALL
SELECT {{number}}, {{version}}, %(first)s, 0, '', 0, 0, '', true, '{{{{}}}}' WHERE NOT EXISTS (SELECT FROM entry)
ON CONFLICT DO NOTHING"""


def keep_all() -> None:
    """Of every source, by the rules in force."""
    rules = known.state().values
    for source in registry.sources():
        keep(Definition(source, rules))


def keep(definition: Definition) -> None:
    """Make those that are missing. Killed, the next run makes the rest."""
    if not definition.source.histograms:
        return
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
        statement = _FILL.format(own=own, number=definition.number, version=definition.version)
        cursor.execute(statement, {"first": month})
