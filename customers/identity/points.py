"""Contact points of records."""

from collections.abc import Mapping
from typing import Any

from django.db.backends.utils import CursorWrapper

from customers.registry.listening import points_changed, points_settled

# `wanted`: the points of the touched records as they should be. Those that differ go, those that lack come. One index
# probe a record: OFFSET keeps the planner from reading everybody's points, which it takes for cheaper in a big chunk.
_REPLACE = """
DROP TABLE IF EXISTS imp_points;
CREATE TEMP TABLE imp_points ON COMMIT DROP AS {wanted};
ANALYZE imp_points;
WITH stored AS MATERIALIZED (
  SELECT p.* FROM (SELECT DISTINCT source_record_id FROM imp_points) r CROSS JOIN LATERAL (
    SELECT * FROM customers_contactpoint x WHERE x.source_record_id = r.source_record_id OFFSET 0) p
), gone AS (
  DELETE FROM customers_contactpoint p WHERE p.id = ANY (ARRAY(
    SELECT s.id FROM stored s WHERE NOT EXISTS (
      SELECT FROM imp_points w WHERE w.source_record_id = s.source_record_id AND w.customer_id = s.customer_id
        AND w.contact_id IS NOT DISTINCT FROM s.contact_id AND w.kind = s.kind AND w.raw = s.raw
        AND w.normalised = s.normalised)))
  RETURNING p.kind, p.normalised, p.customer_id
), came AS (
  INSERT INTO customers_contactpoint (customer_id, contact_id, source_record_id, kind, raw, normalised)
  SELECT w.customer_id, w.contact_id, w.source_record_id, w.kind, w.raw, w.normalised
  FROM imp_points w WHERE w.raw <> '' AND NOT EXISTS (
    SELECT FROM stored s WHERE w.source_record_id = s.source_record_id AND w.customer_id = s.customer_id
      AND w.contact_id IS NOT DISTINCT FROM s.contact_id AND w.kind = s.kind AND w.raw = s.raw
      AND w.normalised = s.normalised)
  RETURNING kind, normalised, customer_id
)
INSERT INTO imp_changed_values
SELECT kind, normalised, customer_id FROM gone UNION SELECT kind, normalised, customer_id FROM came;
"""
_MAKE = """
WITH came AS (
  INSERT INTO customers_contactpoint (customer_id, contact_id, source_record_id, kind, raw, normalised)
  SELECT customer_id, contact_id, source_record_id, kind, raw, normalised FROM ({made}) made WHERE raw <> ''
  RETURNING kind, normalised, customer_id
)
INSERT INTO imp_changed_values
SELECT DISTINCT kind, normalised, customer_id FROM came WHERE kind IN ('phone', 'email') AND normalised <> '';
"""
_CHANGED = """
DROP TABLE IF EXISTS imp_changed_values;
CREATE TEMP TABLE imp_changed_values (kind text, normalised text COLLATE "C", customer_id bigint) ON COMMIT DROP
"""
_MARK = """
DELETE FROM imp_changed_values WHERE normalised = '' OR kind NOT IN ('phone', 'email');
INSERT INTO customers_pointmark (kind, normalised, customer_id) SELECT kind, normalised, customer_id
FROM imp_changed_values;
"""


def replace(cursor: CursorWrapper, wanted: str, *, made: str = "", also: str = "") -> None:
    """Make the points of the records in `wanted` what it says, and tell whoever knows customers by their points.

    `wanted` selects customer_id, contact_id, source_record_id, kind, raw, normalised; `made` the same of records made
    in this transaction, which have no points yet. `also`: as in `change`.
    """
    making = _MAKE.format(made=made) if made else ""
    change(cursor, f"{_REPLACE.format(wanted=wanted)}{making}{also}")


def change(cursor: CursorWrapper, statement: str, params: Mapping[str, Any] | None = None) -> None:
    """Run a statement that changes points, and tell. It adds (kind, normalised, customer_id) of all that changed to
    `imp_changed_values`.
    """
    cursor.execute(_CHANGED)
    cursor.execute(statement, params)
    cursor.execute(_MARK)
    points_changed(cursor)


def settle(cursor: CursorWrapper) -> None:
    """Let them write the customers' own rows, at the end of the transaction that changed points."""
    points_settled(cursor)
