"""Whose a customer is, where they say nothing themselves: the word of those who became one with them.

The smallest number of those absorbed who have an owner (a team) gives them. `Merge.gave` remembers it, so that what
somebody chooses is told from what was given.
"""

from typing import Final

from django.db.backends.utils import CursorWrapper

COLUMNS: Final = {"owner_id": "accounts_user", "team_id": "accounts_team"}

_TAKE: Final = """
UPDATE customers_customer c SET {column} = NULL FROM customers_merge m
WHERE c.id = ANY(%(roots)s) AND m.root_id = c.id AND m.undone_at IS NULL
 AND (m.gave ->> '{column}')::bigint = c.{column}
"""
_FORGET: Final = (
    "UPDATE customers_merge SET gave = '{}' WHERE root_id = ANY(%(roots)s) AND undone_at IS NULL AND gave <> '{}'"
)
_GIVE: Final = """
WITH giver AS (
  SELECT DISTINCT ON (m.root_id) m.root_id, m.id, x.id AS said FROM customers_merge m
  JOIN {table} x ON x.id = (m.snapshot #>> '{{customer,{column}}}')::bigint
  WHERE m.root_id = ANY(%(roots)s) AND m.undone_at IS NULL ORDER BY m.root_id, m.absorbed_id
), given AS (
  UPDATE customers_customer c SET {column} = g.said FROM giver g WHERE c.id = g.root_id AND c.{column} IS NULL
  RETURNING g.id, g.said
)
UPDATE customers_merge m SET gave = m.gave || jsonb_build_object('{column}', g.said) FROM given g WHERE m.id = g.id
"""


def take_back(cursor: CursorWrapper, *, roots: list[int]) -> None:
    """The customers, whose rows are locked, say only what is their own."""
    cursor.execute(";".join([*(_TAKE.format(column=column) for column in COLUMNS), _FORGET]), {"roots": roots})


def share(cursor: CursorWrapper, *, roots: list[int]) -> None:
    """After `take_back`, and when whoever became one with the customers is told by `Merge.root_id`."""
    statements = [_GIVE.format(column=column, table=table) for column, table in COLUMNS.items()]
    cursor.execute(";".join(statements), {"roots": roots})
