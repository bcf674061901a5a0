"""Contact points of records, and what hangs on them: whose an interaction or a call with only a number is."""

from django.db.backends.utils import CursorWrapper

from customers.interactions.telephony.calls import rematch_callers

# `wanted`: the points of the touched records as they should be. Those that differ go, those that lack come.
_REPLACE = """
DROP TABLE IF EXISTS imp_points, imp_changed_values;
CREATE TEMP TABLE imp_points ON COMMIT DROP AS {wanted};
ANALYZE imp_points;
CREATE TEMP TABLE imp_changed_values (kind text, normalised text COLLATE "C", customer_id bigint) ON COMMIT DROP;
WITH gone AS (
  DELETE FROM customers_contactpoint p
  WHERE p.source_record_id IN (SELECT source_record_id FROM imp_points) AND NOT EXISTS (
    SELECT FROM imp_points w WHERE w.source_record_id = p.source_record_id AND w.customer_id = p.customer_id
      AND w.contact_id IS NOT DISTINCT FROM p.contact_id AND w.kind = p.kind AND w.raw = p.raw
      AND w.normalised = p.normalised)
  RETURNING p.kind, p.normalised, p.customer_id
), came AS (
  INSERT INTO customers_contactpoint (customer_id, contact_id, source_record_id, kind, raw, normalised)
  SELECT w.customer_id, w.contact_id, w.source_record_id, w.kind, w.raw, w.normalised
  FROM imp_points w WHERE w.raw <> '' AND NOT EXISTS (
    SELECT FROM customers_contactpoint p WHERE w.source_record_id = p.source_record_id
      AND w.customer_id = p.customer_id AND w.contact_id IS NOT DISTINCT FROM p.contact_id AND w.kind = p.kind
      AND w.raw = p.raw AND w.normalised = p.normalised)
  RETURNING kind, normalised, customer_id
)
INSERT INTO imp_changed_values
SELECT kind, normalised, customer_id FROM gone UNION SELECT kind, normalised, customer_id FROM came;
DELETE FROM imp_changed_values WHERE normalised = '' OR kind NOT IN ('phone', 'email');
"""

# Interactions known only by a contact value whose owners may have changed. One index probe per value.
_REMATCH = """
DROP TABLE IF EXISTS imp_rematched;
CREATE TEMP TABLE imp_rematched ON COMMIT DROP AS
SELECT i.id, i.customer_id AS was, o.customer_id, tier.tier_id
FROM (SELECT DISTINCT normalised FROM imp_changed_values) v
JOIN customers_interaction i ON i.contact_normalised = v.normalised AND i.matched_by_value
LEFT JOIN LATERAL (
  SELECT min(p.customer_id) AS customer_id FROM customers_contactpoint p
  WHERE p.kind IN ('phone', 'email') AND p.normalised = v.normalised
  HAVING count(DISTINCT p.customer_id) = 1
) o ON true
LEFT JOIN customers_tierassignment tier ON tier.customer_id = o.customer_id AND tier.valid @> i.day
WHERE i.customer_id IS DISTINCT FROM o.customer_id;
UPDATE customers_interaction i SET customer_id = r.customer_id, tier_id = r.tier_id
FROM imp_rematched r WHERE i.id = r.id;
"""

# The customers whose interactions may have come or gone, except those made just now for whom nothing was before.
_NUMBERS = "SELECT DISTINCT normalised FROM imp_changed_values WHERE kind = 'phone'"
_OWNERS = """
SELECT DISTINCT p.customer_id FROM imp_changed_values v JOIN customers_contactpoint p
  ON p.kind = v.kind AND p.normalised = v.normalised
UNION SELECT customer_id FROM imp_changed_values
UNION SELECT was FROM imp_rematched WHERE was IS NOT NULL
UNION SELECT customer_id FROM imp_rematched WHERE customer_id IS NOT NULL
"""

_LAST_CONTACT = """
UPDATE customers_customer c SET last_contact_at = x.latest
FROM (SELECT t.id, (SELECT max(i.occurred_at) FROM customers_interaction i
                    WHERE i.customer_id = t.id AND i.is_contact) AS latest
      FROM unnest(%(ids)s::bigint[]) AS t (id)) x
WHERE c.id = x.id AND c.last_contact_at IS DISTINCT FROM x.latest
"""


def replace(cursor: CursorWrapper, wanted: str) -> None:
    """Make the points of the records in `wanted` what it says, and give interactions and calls to whom they belong.

    `wanted` selects customer_id, contact_id, source_record_id, kind, raw, normalised.
    """
    cursor.execute(_REPLACE.format(wanted=wanted))
    cursor.execute("SELECT EXISTS (SELECT FROM customers_interaction)")
    if not cursor.fetchone()[0]:
        return
    cursor.execute("ANALYZE imp_changed_values")
    cursor.execute(_REMATCH)
    cursor.execute(_NUMBERS)
    numbers = [number for (number,) in cursor.fetchall()]
    cursor.execute(_OWNERS)
    owners = [owner for (owner,) in cursor.fetchall()]
    rematch_callers(numbers=numbers, customers=owners)
    refresh_last_contact(cursor, owners)


def refresh_last_contact(cursor: CursorWrapper, customer_ids: list[int]) -> None:
    """Let `last_contact_at` be the time of the newest contact. One index probe per customer."""
    cursor.execute(_LAST_CONTACT, {"ids": customer_ids})
