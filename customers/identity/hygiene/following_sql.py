"""The statements by which the kept hygiene and its counts follow."""

from typing import Final

from customers.identity.hygiene.checking import EARLIEST_BIRTH
from customers.identity.hygiene.fields import VALID, code_of
from customers.models.hygiene import ANY, BLOCK, BLOCK_SIZE, OF_SOURCE, OF_TEAM

COLUMNS: Final = ("customer_id", "owner_id", "team_id", "tier_id", "system_id", "confirmed", "codes")
_NAMES: Final = ", ".join(COLUMNS)
CELL: Final = "owner_id, team_id, tier_id, system_id"
# Which rows a change counts in: by team, tier and source; by team and source, and by each alone; by owner; by block.
# What is not told apart is -1; the owner says of which family the others are (`HygieneCount`).
SETS: Final = """GROUPING SETS (
  (team_id, tier_id, system_id, code), (team_id, system_id, code), (team_id, code), (system_id, code), (owner_id, code),
  (block, code))"""
TOLD: Final = f"""
CASE WHEN grouping(block) = 0 THEN {BLOCK} WHEN grouping(owner_id) = 0 THEN owner_id
     WHEN grouping(team_id) = 1 THEN {OF_SOURCE} WHEN grouping(system_id) = 1 THEN {OF_TEAM} ELSE {ANY} END,
CASE WHEN grouping(block) = 0 THEN block WHEN grouping(team_id) = 0 THEN team_id ELSE {ANY} END,
CASE WHEN grouping(tier_id) = 0 THEN tier_id ELSE {ANY} END,
CASE WHEN grouping(system_id) = 0 THEN system_id ELSE {ANY} END
"""
COUNTED: Final = f"{CELL}, (customer_id / {BLOCK_SIZE})::int AS block, unnest(codes || confirmed) AS code"


def _of(row: str) -> str:
    return ", ".join(f"{row}.{name}" for name in COLUMNS[1:])


# Whom a count anew has come to already (`recounting`): it does not come to them again, so they are counted there too.
_RECOUNTED: Final = "(customer_id <= coalesce((SELECT recounted_to FROM customers_hygieneclock), -1))::int"
# `ids`: who was looked at; the arrays: what of those who are there. Only what differs is written, and the counts by the
# difference. Whoever runs it holds `locks.HYGIENE`.
WRITE: Final = f"""
WITH new AS MATERIALIZED (
  SELECT customer_id, owner_id, team_id, tier_id, system_id, confirmed, codes::smallint[] AS codes
  FROM unnest(%(customers)s::bigint[], %(owners)s::int[], %(teams)s::int[], %(tiers)s::int[], %(systems)s::int[],
              %(confirmed)s::smallint[], %(codes)s::text[]) n ({_NAMES})
), old AS MATERIALIZED (
  SELECT {_NAMES} FROM customers_customerhygiene WHERE customer_id = ANY(%(ids)s)
), came AS MATERIALIZED (
  SELECT n.* FROM new n LEFT JOIN old o USING (customer_id)
  WHERE o.customer_id IS NULL OR ({_of("n")}) IS DISTINCT FROM ({_of("o")})
), went AS MATERIALIZED (
  SELECT o.* FROM old o LEFT JOIN new n USING (customer_id)
  WHERE n.customer_id IS NULL OR ({_of("n")}) IS DISTINCT FROM ({_of("o")})
), gone AS (
  DELETE FROM customers_customerhygiene h USING went w
  WHERE h.customer_id = w.customer_id AND NOT EXISTS (SELECT FROM came c WHERE c.customer_id = w.customer_id)
), put AS (
  INSERT INTO customers_customerhygiene ({_NAMES}) SELECT {_NAMES} FROM came ORDER BY customer_id
  ON CONFLICT (customer_id) DO UPDATE SET ({_NAMES}) = (excluded.customer_id, {_of("excluded")})
), changes AS (
  SELECT {COUNTED}, 1 AS by, {_RECOUNTED} AS again FROM came UNION ALL SELECT {COUNTED}, -1, -{_RECOUNTED} FROM went
), counted AS (
  INSERT INTO customers_hygienecount AS c ({CELL}, code, customers, recounted)
  SELECT {TOLD}, code, sum(by), sum(again) FROM changes GROUP BY {SETS} HAVING sum(by) <> 0 OR sum(again) <> 0
  ON CONFLICT (owner_id, tier_id, team_id, system_id, code)
  DO UPDATE SET customers = c.customers + excluded.customers, recounted = c.recounted + excluded.recounted
)
SELECT count(*) FROM (SELECT customer_id FROM came UNION SELECT customer_id FROM went) differing
"""  # noqa: S608 - constants

TAKE_MARKS: Final = """
DELETE FROM customers_hygienemark
WHERE id IN (SELECT id FROM customers_hygienemark ORDER BY id LIMIT %(most)s) RETURNING customer_id
"""
# On the first run of a day: births that were in the future yesterday. Cost: those whose date of birth is not valid.
MARK_BORN: Final = f"""
INSERT INTO customers_hygienemark (customer_id)
SELECT h.customer_id FROM customers_customerhygiene h JOIN customers_customer c ON c.id = h.customer_id
WHERE h.codes @> ARRAY[{code_of("birth_date", VALID)}]::smallint[]
  AND c.birth_date BETWEEN '{EARLIEST_BIRTH}' AND %(today)s
  AND NOT EXISTS (SELECT FROM customers_hygieneday WHERE day = %(today)s)
"""  # noqa: S608 - constants
SET_CLOCK: Final = """
INSERT INTO customers_hygieneclock AS k (id, revision, up_to) VALUES (1, %(revision)s, 0)
ON CONFLICT (id) DO UPDATE SET revision = excluded.revision, up_to = excluded.up_to
WHERE k.revision <> excluded.revision
"""
CLOCK: Final = "SELECT up_to FROM customers_hygieneclock WHERE up_to IS NOT NULL"
# As a value: the planner takes a table of one row for one of thousands until it is analysed, and reads from the first.
NEXT_BY_CLOCK: Final = "SELECT id FROM customers_customer WHERE id > %(up_to)s ORDER BY id LIMIT %(most)s"
# Unless somebody has set it back meanwhile.
CLOCK_IS_AT: Final = "UPDATE customers_hygieneclock SET up_to = %(up_to)s WHERE up_to = %(before)s"
SET_BACK: Final = "UPDATE customers_hygieneclock SET up_to = 0"

CUSTOMERS: Final = """
SELECT id FROM customers_customer WHERE id >= %(from)s AND id < %(after)s
UNION SELECT customer_id FROM customers_customerhygiene WHERE customer_id >= %(from)s AND customer_id < %(after)s
"""
STORED: Final = f"SELECT {_NAMES} FROM customers_customerhygiene WHERE customer_id = ANY(%(ids)s)"  # noqa: S608 - constants
# Who has no mark, once everybody was looked at, has followed.
HAVE_FOLLOWED: Final = """
SELECT w.id FROM unnest(%(ids)s::bigint[]) w (id)
WHERE EXISTS (SELECT FROM customers_hygieneclock WHERE up_to IS NULL)
  AND NOT EXISTS (SELECT FROM customers_hygienemark m WHERE m.customer_id = w.id)
"""
