"""The statements that decide tiers, each with what it computes and what it costs."""

# The measure over the trailing window for whom `figured` gives, and the tier it gives them. Parameters: first, last,
# profit (bool); the cases follow in CASE's own.
DECIDED = """
figure AS (
  SELECT c.id AS customer_id,
         coalesce(b.revenue, 0) AS revenue,
         coalesce(b.covered, 0) AS covered,
         coalesce(b.revenue, 0) - CASE WHEN %(profit)s THEN coalesce(b.cost, 0) ELSE 0 END AS value,
         coalesce(i.due, 0) AS due,
         i.on_time / nullif(i.due, 0) AS share
  FROM {figured}
), decided AS (
  SELECT *, {decision} AS tier_id FROM figure
)"""

# Of those for whom `figured` gives, those whose tier changes. Cost for all customers: one pass each over the window's
# order lines (joined to orders) and invoices, one over customers and the assignments of the day. Parameter besides:
# as_of.
DECISIONS = """
WITH {decided}
SELECT d.*, a.assignment_id AS current_id, a.tier_id AS current_tier_id, lower(a.valid) AS current_from,
       upper(a.valid) AS until
FROM decided d
LEFT JOIN LATERAL crm_tier_on(d.customer_id, %(as_of)s) a ON true
WHERE a.tier_id IS DISTINCT FROM d.tier_id AND a.reason IS DISTINCT FROM 'override'
"""

FIGURED = """customers_customer c
  LEFT JOIN crm_bought(%(first)s, %(last)s) b ON b.customer_id = c.id
  LEFT JOIN crm_billed(%(first)s, %(last)s) i ON i.customer_id = c.id"""

# Of those who arrive all who get a tier. Cost: index probes on the customers `bare`, whose trade came first.
STARTS = """
DROP TABLE IF EXISTS retier_step;
CREATE TEMPORARY TABLE retier_step ON COMMIT DROP AS
WITH {decided}
SELECT *, NULL::date AS until FROM decided WHERE tier_id IS NOT NULL
"""


def figured_of(customers: str, ids: str) -> str:
    """For whom `customers` gives (id), of whom those of the parameter `ids` alone have figures. They are named one by
    one: joined to them everybody's would be added up.
    """
    of_these = f"WHERE customer_id = ANY(%({ids})s)"
    return f"""{customers} c
  LEFT JOIN (SELECT * FROM crm_bought(%(first)s, %(last)s) {of_these}) b ON b.customer_id = c.id
  LEFT JOIN (SELECT * FROM crm_billed(%(first)s, %(last)s) {of_these}) i ON i.customer_id = c.id"""  # noqa: S608 - constants


ARRIVING = figured_of("(SELECT customer_id AS id FROM imp_arriving)", "bare")
BARE = "SELECT customer_id FROM imp_arriving WHERE is_bare"

# One condition a rule, best first; a minimum that is null is none. No invoice due in the window counts as paid on time.
CASE = """WHEN (%({0}_value)s IS NULL OR value >= %({0}_value)s)
     AND (%({0}_share)s IS NULL OR coalesce(share, 1) >= %({0}_share)s) THEN %({0}_tier)s"""

# What was decided today before anything was known of a customer, as of those who start, gives way to the decision of an
# earlier day: files that came since tell what they were then. Found by probe, and the day compared past the index on
# it, by which all would be read.
GIVE_WAY = """
DELETE FROM customers_tierassignment a WHERE a.id = ANY (ARRAY(
  SELECT (SELECT t.assignment_id FROM crm_tier_on(d.customer_id, %(today)s) t) FROM retier_step d
  WHERE d.current_id IS NULL AND d.tier_id IS NOT NULL AND %(as_of)s < %(today)s
)) AND lower(a.valid) = %(today)s AND upper_inf(a.valid)
  AND a.reason = 'policy' AND a.figures ->> 'revenue' = '0.00' AND a.figures ->> 'due' = '0.00'
"""

# A customer without a tier on the day may have one later: the new assignment ends where that begins.
LATER = """
UPDATE retier_step d SET until = later.first FROM (
  SELECT a.customer_id, min(lower(a.valid)) AS first
  FROM customers_tierassignment a JOIN retier_step r ON r.customer_id = a.customer_id AND r.current_id IS NULL
  WHERE lower(a.valid) > %(as_of)s GROUP BY a.customer_id
) AS later WHERE later.customer_id = d.customer_id
"""

# The next customers by id. Their rows are locked in that order before anything is written; who no longer has the
# assignment that the decision rests on is left as they are: a person has decided meanwhile. One or two index probes
# each, by scalar subqueries: EXISTS may be planned as a read of all customers, which each step would pay.
STEP = """
DROP TABLE IF EXISTS retier_step;
CREATE TEMPORARY TABLE retier_step ON COMMIT DROP AS
SELECT * FROM retier_decision WHERE customer_id > %(after)s ORDER BY customer_id LIMIT %(most)s;
"""
LOCK = "SELECT FROM customers_customer WHERE id IN (SELECT customer_id FROM retier_step) ORDER BY id FOR NO KEY UPDATE"
DECIDED_MEANWHILE = """
DELETE FROM retier_step d WHERE CASE WHEN d.current_id IS NULL
  THEN (SELECT c.id FROM customers_customer c WHERE c.id = d.customer_id) IS NULL
    OR (SELECT t.assignment_id FROM crm_tier_on(d.customer_id, %(as_of)s) t) IS NOT NULL
  ELSE (SELECT a.customer_id = d.customer_id AND a.valid @> %(as_of)s AND a.reason <> 'override'
        FROM customers_tierassignment a WHERE a.id = d.current_id) IS NOT TRUE END
"""

MARK = "INSERT INTO customers_tiermark (customer_id, from_day) SELECT customer_id, %(as_of)s FROM retier_step"

CHANGES = """
SELECT count(*) FILTER (WHERE better), count(*) FILTER (WHERE NOT better) FROM (
  SELECT coalesce(n.rank, 32767) < coalesce(o.rank, 32767) AS better
  FROM retier_step d
  LEFT JOIN customers_tier n ON n.id = d.tier_id
  LEFT JOIN customers_tier o ON o.id = d.current_tier_id
) AS change
"""

# What was decided earlier on the same day is taken back before the day is decided anew.
TAKE_BACK = """
DELETE FROM customers_tierassignment a USING retier_step d
WHERE a.id = d.current_id AND d.current_from = %(as_of)s
"""

CLOSE = """
UPDATE customers_tierassignment a SET valid = daterange(lower(a.valid), %(as_of)s) FROM retier_step d
WHERE a.id = d.current_id AND d.current_from < %(as_of)s
"""

# The day's decision may fall back to the tier of the day before: then that assignment goes on. Not where one was closed
# just now: it was that of the day before.
REOPEN = """
UPDATE customers_tierassignment a SET valid = daterange(lower(a.valid), d.until) FROM retier_step d
WHERE a.customer_id = d.customer_id AND upper(a.valid) = %(as_of)s AND a.tier_id = d.tier_id AND a.reason = 'policy'
  AND (d.current_from < %(as_of)s) IS NOT TRUE
"""

GIVE = """
INSERT INTO customers_tierassignment (customer_id, tier_id, valid, reason, figures, policy_id)
SELECT d.customer_id, d.tier_id, daterange(%(as_of)s, d.until), 'policy',
       jsonb_build_object('measure', %(measure)s::text, 'from', %(first)s::date, 'to', %(last)s::date,
         'value', round(d.value, 2)::text, 'revenue', round(d.revenue, 2)::text, 'covered', round(d.covered, 2)::text,
         'due', round(d.due, 2)::text, 'on_time', round(d.share, 4)::text),
       %(policy)s
FROM retier_step d"""
OPEN = f"""{GIVE}
WHERE d.tier_id IS NOT NULL
  AND (d.current_from < %(as_of)s OR (SELECT t.assignment_id FROM crm_tier_on(d.customer_id, %(as_of)s) t) IS NULL)
"""  # noqa: S608 - constants

# The customer shows the tier of today; deciding a past day does not change it when a later assignment holds.
SHOW = """
UPDATE customers_customer c SET tier_id = d.tier_id FROM retier_step d
WHERE c.id = d.customer_id AND (d.until IS NULL OR d.until > %(today)s) AND c.tier_id IS DISTINCT FROM d.tier_id
"""

# What a step writes, in this order.
WRITE = f"{GIVE_WAY};{LATER};{TAKE_BACK};{CLOSE};{REOPEN};{OPEN};{SHOW};{MARK}"

# Those who arrive show it with their row, which is still to come. What was theirs before follows: rows that named them,
# contacts by a number they bring. Cost: an index probe on the contacts of each.
START = f"""{GIVE};
UPDATE imp_arriving a SET tier_id = d.tier_id FROM retier_step d WHERE d.customer_id = a.customer_id;
{MARK} s WHERE customer_id IN (SELECT customer_id FROM imp_arriving WHERE is_bare)
  OR (SELECT i.id FROM customers_interaction i WHERE i.customer_id = s.customer_id LIMIT 1) IS NOT NULL
"""  # noqa: S608 - constants


def decisions(rules: int) -> str:
    """Makes the table of decisions, for a policy of so many rules."""
    return f"CREATE TEMPORARY TABLE retier_decision AS {decided(rules, FIGURED)}"


def decided(rules: int, figured: str) -> str:
    """DECISIONS for a policy of so many rules; their parameters are r0_tier, r0_value, r0_share, r1_tier, …"""
    return DECISIONS.format(decided=_decided(rules, figured))


def starts(rules: int) -> str:
    """STARTS likewise."""
    return STARTS.format(decided=_decided(rules, ARRIVING))


def _decided(rules: int, figured: str) -> str:
    cases = " ".join(CASE.format(f"r{index}") for index in range(rules))
    return DECIDED.format(figured=figured, decision=f"CASE {cases} END" if rules else "NULL::bigint")
