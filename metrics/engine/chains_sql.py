"""The statements that build issues, chains of contacts, out of the interaction log."""


def contact(row: str = "") -> str:
    """Whether a row of the log is a contact of an issue; without a row as the index interaction_contacts says it."""
    return f"{row}direction = 'in' AND {row}is_contact AND {row}customer_id IS NOT NULL"


CONTACTS = contact()

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
# `fresh` beside what is stored, as far as they differ.
_DIFF = f"""
  SELECT customer_id, purpose, first_at, {", ".join(f"fresh.{name}" for name in _ISSUE.split(", "))},
         fresh.contacts IS NULL AS gone, stored.id AS stored_id
  FROM fresh FULL JOIN stored USING (customer_id, purpose, first_at)
  WHERE ({", ".join(f"fresh.{name}" for name in _ISSUE.split(", "))})
    IS DISTINCT FROM ({", ".join(f"stored.{name}" for name in _ISSUE.split(", "))})"""
# Only what differs is touched. No statement joins `diff` to the table: while it is being filled the planner may believe
# that it is empty, and would read it all for each row that differs. Those that go are named by id, the others found by
# their key.
_PUT_ISSUES = f"""diff AS MATERIALIZED ({_DIFF}
), removed AS (DELETE FROM metrics_issue r WHERE r.id = ANY (ARRAY(SELECT stored_id FROM diff WHERE gone))
), changed AS (
  INSERT INTO metrics_issue (customer_id, purpose, first_at, {_ISSUE})
  SELECT customer_id, purpose, first_at, {_ISSUE} FROM diff WHERE stored_id IS NOT NULL AND NOT gone
  ON CONFLICT (customer_id, purpose, first_at)
    DO UPDATE SET ({_ISSUE}) = ROW({", ".join(f"excluded.{name}" for name in _ISSUE.split(", "))})
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

_OF_RANGE = f"""fresh AS ({_chains("i.customer_id >= %(first)s AND i.customer_id < %(after)s")}
), stored AS (SELECT * FROM metrics_issue r WHERE r.customer_id >= %(first)s AND r.customer_id < %(after)s
)"""
_UNMARK = "DELETE FROM metrics_issuemark WHERE customer_id >= %(first)s AND customer_id < %(after)s"
# A range of customers, read once. → issues that differed
REBUILD_ISSUES_OF = f"""
WITH taken AS ({_UNMARK}
), {_OF_RANGE}, {_PUT_ISSUES}"""

# The same where the range has none: there is nothing to compare with.
HAS_ISSUES = """
SELECT EXISTS (SELECT FROM metrics_issue WHERE customer_id >= %(first)s AND customer_id < %(after)s)"""
BUILD_ISSUES_OF = f"""
WITH taken AS ({_UNMARK})
INSERT INTO metrics_issue (customer_id, purpose, first_at, {_ISSUE})
SELECT customer_id, purpose, first_at, {_ISSUE}
FROM ({_chains("i.customer_id >= %(first)s AND i.customer_id < %(after)s")}) fresh"""

# Of a range of customers, read once: whose issues are not what the contacts give. Who is marked may differ yet.
MARK_DIFFERING_ISSUES = f"""
WITH {_OF_RANGE}
INSERT INTO metrics_issuemark (customer_id, purpose)
SELECT DISTINCT customer_id, purpose FROM ({_DIFF}) diff
WHERE NOT EXISTS (
  SELECT FROM metrics_issuemark m WHERE m.customer_id = diff.customer_id AND m.purpose = diff.purpose)"""

# Which customers may have issues or get them.
CUSTOMERS_WITH_ISSUES = f"""
SELECT least((SELECT min(customer_id) FROM customers_interaction WHERE {CONTACTS}),
             (SELECT min(customer_id) FROM metrics_issue)),
       greatest((SELECT max(customer_id) FROM customers_interaction WHERE {CONTACTS}),
                (SELECT max(customer_id) FROM metrics_issue))"""

STATISTICS = "SELECT crm_analyse('metrics_issue')"
ESTIMATED_ISSUES = "SELECT reltuples FROM pg_class WHERE oid = 'metrics_issue'::regclass"
