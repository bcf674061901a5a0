"""Records that come to a customer by their link key: each leaves a `Merge`, so that it can be taken out again.

A record that is linked is as one of a customer who was absorbed when they came: the forest, what is noted of rows and
what goes back are those of any merge. All of a chunk at once.

A key that more than `MOST_RECORDS` share links none of them. How many they are is told by the links there ever were,
and whoever has the key; so it is no matter in which order they came. Those of before are taken apart by a job
(`customers.identity.merging.crowded`). Who is typed in all the same, beside whoever has the key, counts as well: as a
link that was taken back at once, of no record.
"""

from typing import Final

from django.db.backends.utils import CursorWrapper

from customers.identity.linking import ALONE, MOST_RECORDS
from customers.importing.sql import next_id
from customers.models import Merge

# By the keys of the chunk; two index probes each.
_CROWDED: Final = f"""
DROP TABLE IF EXISTS imp_crowded;
CREATE TEMP TABLE imp_crowded ON COMMIT DROP AS
SELECT d.link_key FROM (
  SELECT link_key, count(*) AS records FROM imp_keys
  WHERE _action = 'created' AND NOT starts_with(link_key, '{ALONE}') GROUP BY link_key
) d CROSS JOIN LATERAL (
  SELECT count(*) AS records FROM customers_merge m WHERE m.key = d.link_key
) linked
WHERE EXISTS (SELECT FROM customers_sharedkey s WHERE s.key = d.link_key)
   OR d.records + linked.records + CASE
     WHEN d.records + linked.records < %(most)s THEN 0
     WHEN linked.records > 0 OR EXISTS (SELECT FROM customers_customer c WHERE c.link_key = d.link_key)
       OR EXISTS (SELECT FROM customers_merge m WHERE m.link_key = d.link_key AND m.undone_at IS NULL) THEN 1
     ELSE 0 END > %(most)s
"""  # noqa: S608 - constants
_ANYONE_CROWDED: Final = "SELECT EXISTS (SELECT FROM imp_crowded)"
_STAND_ALONE: Final = f"""
UPDATE imp_keys k SET link_key = left('{ALONE}' || s.key || '/' || k._key, 400)
FROM imp_crowded d, customers_sourcesystem s
WHERE k.link_key = d.link_key AND k._action = 'created' AND s.id = k._system_id;
INSERT INTO customers_sharedkey (key, at) SELECT link_key, now() FROM imp_crowded ORDER BY 1 ON CONFLICT DO NOTHING
"""  # noqa: S608 - constants

# Who has each key: a customer, or somebody who has become one with another.
_LOOK: Final = """
DROP TABLE IF EXISTS imp_links;
CREATE TEMP TABLE imp_links ON COMMIT DROP AS
SELECT d.link_key, d.first, coalesce(c.id, m.absorbed_id) AS survivor_id, coalesce(c.id, m.root_id) AS root_id
FROM (
  SELECT link_key, min(_record) FILTER (WHERE _old_object IS NULL) AS first
  FROM imp_keys WHERE _action = 'created' GROUP BY link_key
) d
LEFT JOIN customers_customer c ON c.link_key = d.link_key
LEFT JOIN customers_merge m ON m.link_key = d.link_key AND m.undone_at IS NULL AND c.id IS NULL
"""
NEXT_LINK: Final = next_id("customers_merge")
_ANYONE_LINKED: Final = "SELECT EXISTS (SELECT FROM imp_keys WHERE _merge IS NOT NULL)"
_COLUMNS: Final = "id, survivor_id, absorbed_id, root_id, name, key, record_id, how, at, snapshot, gave, moved"
_VALUES: Final = f"'{Merge.How.LINK}', now(), '{{}}', '{{}}', '{{}}'"
_LEAVE: Final = f"""
INSERT INTO customers_merge ({_COLUMNS})
SELECT k._merge, k._survivor, {next_id("customers_customer")}, k.customer_id, k.name, k.link_key, k._record, {_VALUES}
FROM imp_keys k WHERE k._merge IS NOT NULL
"""  # noqa: S608 - constants
_LEAVE_PROMOTED: Final = f"""
INSERT INTO customers_merge ({_COLUMNS})
SELECT p.merge_id, p.survivor_id, p.old, p.new, p.name, p.link_key, p.record_id, {_VALUES}
FROM imp_promoted p WHERE p.merge_id IS NOT NULL
"""  # noqa: S608 - constants
# Beside whoever has the key; nobody has one that too many share.
_TYPED_BESIDE: Final = f"""
INSERT INTO customers_merge
  (survivor_id, absorbed_id, root_id, name, key, how, at, snapshot, gave, moved, undone_at, undone_by_id)
SELECT o.id, %(customer)s, o.root_id, %(name)s, %(key)s, {_VALUES}, now(), %(by)s FROM (
  SELECT id, id AS root_id FROM customers_customer WHERE link_key = %(key)s
  UNION ALL
  SELECT absorbed_id, root_id FROM customers_merge WHERE link_key = %(key)s AND undone_at IS NULL
) o LIMIT 1;
INSERT INTO customers_sharedkey (key, at)
SELECT %(key)s, now() WHERE (SELECT count(*) FROM customers_merge WHERE key = %(key)s) >= %(most)s
ON CONFLICT DO NOTHING
"""  # noqa: S608 - constants


def part_crowded(cursor: CursorWrapper) -> None:
    """Records in `imp_keys` whose key too many share stand alone."""
    cursor.execute(_CROWDED, {"most": MOST_RECORDS})
    cursor.execute(_ANYONE_CROWDED)
    if cursor.fetchone()[0]:
        cursor.execute(_STAND_ALONE)


def look(cursor: CursorWrapper) -> None:
    """Who has each key of `imp_keys`, in `imp_links`: whom a record joins (`survivor_id`), and with whom that one is
    one now (`root_id`). `first`: which of the records has it where nobody does.
    """
    cursor.execute(_LOOK)
    cursor.execute("ANALYZE imp_links")


def leave(cursor: CursorWrapper) -> None:
    """A row for each record of `imp_keys` that has a `_merge` and its `_survivor`."""
    cursor.execute(_ANYONE_LINKED)
    if cursor.fetchone()[0]:
        cursor.execute(_LEAVE)


def leave_promoted(cursor: CursorWrapper) -> None:
    """A row for each customer of `imp_promoted` who goes in."""
    cursor.execute(_LEAVE_PROMOTED)


def leave_typed_beside(cursor: CursorWrapper, *, customer: int, name: str, key: str, by: int | None) -> None:
    """`customer` is typed in now, and would have the key that somebody has."""
    cursor.execute(_TYPED_BESIDE, {"customer": customer, "name": name, "key": key, "by": by, "most": MOST_RECORDS})
