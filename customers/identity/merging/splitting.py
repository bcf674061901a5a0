"""A record is taken out of the customer whom it came to by its key: it is one of its own, as if it had never come.

Who takes the link back gets a customer who never stood in the table: they are described by their record.
"""

from typing import Final

from django.db.backends.utils import CursorWrapper

from customers.identity.linking import ALONE
from customers.registry import listening

# The fields are those of the customer they leave until the record's are settled; nothing else is theirs yet.
_DESCRIBE: Final = f"""
UPDATE customers_merge m
SET link_key = CASE WHEN NOT EXISTS (SELECT FROM customers_merge o WHERE o.link_key = said.key AND o.undone_at IS NULL)
      THEN said.key END,
    snapshot = m.snapshot || jsonb_build_object('customer', said.row)
FROM (
  SELECT left('{ALONE}' || s.key || '/' || r.external_id, 400) AS key,
         to_jsonb(c) - 'search' || jsonb_build_object(
           'id', l.absorbed_id, 'provenance', '{{}}'::jsonb, 'tier_id', NULL, 'owner_id', NULL, 'team_id', NULL,
           'last_contact_at', NULL, 'created_at', r.first_seen_at, 'updated_at', now()) AS row
  FROM customers_merge l JOIN customers_customer c ON c.id = l.root_id
  JOIN customers_sourcerecord r ON r.id = l.record_id JOIN customers_sourcesystem s ON s.id = r.system_id
  WHERE l.id = %(merge)s
) said WHERE m.id = %(merge)s
"""  # noqa: S608 - constants
_ARRIVING: Final = """
DROP TABLE IF EXISTS imp_arriving;
CREATE TEMP TABLE imp_arriving ON COMMIT DROP AS
SELECT %(customer)s::bigint AS customer_id, false AS is_bare, NULL::bigint AS tier_id
"""
_IN_TIER: Final = """
UPDATE customers_customer c SET tier_id = a.tier_id FROM imp_arriving a WHERE c.id = a.customer_id
"""


def describe(cursor: CursorWrapper, *, merge: int) -> None:
    """What the merge knows of any absorbed customer, of one who would have been."""
    cursor.execute(_DESCRIBE, {"merge": merge})


def start(cursor: CursorWrapper, *, customer: int) -> None:
    """In the tier that their trade earns them, once they have it."""
    cursor.execute(_ARRIVING, {"customer": customer})
    listening.arriving(cursor)
    cursor.execute(_IN_TIER, {"customer": customer})
