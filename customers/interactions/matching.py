"""Whose an interaction or a call with only a number is: whoever alone has the contact value."""

from django.db.backends.utils import CursorWrapper

from crm.common import locks
from customers.identity.tier_on import join_tier
from customers.interactions.last_contact import touch_last_contact
from customers.interactions.telephony.calls import rematch_callers

# Interactions known only by a contact value whose owners may have changed. One index probe per value: OFFSET keeps the
# planner from reading all of them, which it takes for cheaper where a chunk brings more than some thousand values.
_KNOWN = """
DROP TABLE IF EXISTS imp_known, imp_rematched;
CREATE TEMP TABLE imp_known ON COMMIT DROP AS
SELECT i.id, i.customer_id, i.channel, i.day, v.normalised
FROM (SELECT DISTINCT normalised FROM imp_changed_values) v
CROSS JOIN LATERAL (
  SELECT * FROM customers_interaction i WHERE i.contact_normalised = v.normalised AND i.matched_by_value OFFSET 0) i;
ANALYZE imp_known;
"""
_ANYONE_KNOWN = "SELECT EXISTS (SELECT FROM imp_known)"
_REMATCH = f"""
CREATE TEMP TABLE imp_rematched ON COMMIT DROP AS
SELECT i.id, i.customer_id AS was, o.customer_id, tier.tier_id
FROM imp_known i LEFT JOIN LATERAL crm_point_owner(i.normalised) o ON true
{join_tier("o.customer_id", "i.day")}
WHERE i.customer_id IS DISTINCT FROM o.customer_id;
UPDATE customers_interaction i SET customer_id = r.customer_id, tier_id = r.tier_id
FROM imp_rematched r WHERE i.id = r.id;
"""  # noqa: S608 - a constant of this code base

_NUMBERS = "SELECT DISTINCT normalised FROM imp_known WHERE channel = 'phone'"
# The customers whose interactions may have come or gone. Of those for whom no row is there yet, only who has got one
# just now: nothing was theirs before. Two index probes a value, by OFFSET and a scalar subquery, as above.
_OWNERS = """
SELECT o.customer_id FROM (
  SELECT p.customer_id FROM (SELECT DISTINCT kind, normalised FROM imp_changed_values) v CROSS JOIN LATERAL (
    SELECT * FROM customers_contactpoint x WHERE x.kind = v.kind AND x.normalised = v.normalised OFFSET 0) p
  UNION SELECT customer_id FROM imp_changed_values
) o WHERE (SELECT c.id FROM customers_customer c WHERE c.id = o.customer_id) IS NOT NULL
UNION SELECT was FROM imp_rematched WHERE was IS NOT NULL
UNION SELECT customer_id FROM imp_rematched WHERE customer_id IS NOT NULL
"""


def rematch(cursor: CursorWrapper) -> None:
    """Give interactions and calls to whom they belong after the contact points in `imp_changed_values` changed."""
    cursor.execute("SELECT EXISTS (SELECT FROM customers_interaction)")
    if not cursor.fetchone()[0]:
        return
    locks.take(cursor, shared=[locks.FACTS])
    cursor.execute("ANALYZE imp_changed_values")
    cursor.execute(_KNOWN)
    cursor.execute(_ANYONE_KNOWN)
    if not cursor.fetchone()[0]:  # as with most new customers: to look for whose the values are costs them a thirtieth
        return
    cursor.execute(_REMATCH)
    cursor.execute(_NUMBERS)
    numbers = [number for (number,) in cursor.fetchall()]
    cursor.execute(_OWNERS)
    owners = [owner for (owner,) in cursor.fetchall()]
    if numbers or owners:
        rematch_callers(numbers=numbers, customers=owners)
        touch_last_contact(cursor, owners)
