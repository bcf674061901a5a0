"""The statements that find whom the nightly run decides anew."""

from typing import Final

from customers.tiers import tiering_sql

CLOCK: Final = "SELECT day, rules FROM customers_retierclock"

# The marks of trade first: one that is passed on meanwhile is then among the others.
MARKED: Final = """
DROP TABLE IF EXISTS retier_changed, retier_mark;
CREATE TEMPORARY TABLE retier_changed AS SELECT DISTINCT customer_id FROM customers_figuremark;
CREATE TEMPORARY TABLE retier_mark AS SELECT id, customer_id FROM customers_retiermark WHERE from_day <= %(as_of)s;
INSERT INTO retier_changed SELECT customer_id FROM retier_mark;
"""

# Whose lines or invoices come into the window or leave it, from the day of the clock to this one. Cost: those facts, by
# the indexes on their days.
MOVING: Final = """
INSERT INTO retier_changed
SELECT o.customer_id FROM customers_orderline l JOIN customers_order o ON o.id = l.order_id
WHERE l.counted AND o.customer_id IS NOT NULL
  AND (l.day > %(was)s AND l.day <= %(as_of)s OR l.day >= %(first_was)s AND l.day < %(first)s)
UNION
SELECT customer_id FROM customers_invoice WHERE customer_id IS NOT NULL
  AND (due_on > %(was)s AND due_on <= %(as_of)s OR due_on >= %(first_was)s AND due_on < %(first)s);
"""

CHANGED: Final = "SELECT DISTINCT customer_id FROM retier_changed ORDER BY customer_id"

# What has been decided. Marks that came since stay for the next run.
SETTLE: Final = """
DELETE FROM customers_retiermark m USING retier_mark s WHERE m.id = s.id;
INSERT INTO customers_retierclock AS k (id, day, rules) VALUES (1, %(as_of)s, %(rules)s)
ON CONFLICT (id) DO UPDATE SET day = excluded.day, rules = excluded.rules;
DROP TABLE retier_changed, retier_mark
"""

FORGET: Final = "DELETE FROM customers_retierclock"

MARK_TRADERS: Final = (
    "INSERT INTO customers_retiermark (customer_id, from_day) SELECT unnest(%(ids)s::bigint[]), %(day)s"
)

# Of the customers `ids` those whose tier changes. Cost: index probes for their lines and invoices.
FIGURED: Final = tiering_sql.figured_of("(SELECT id FROM customers_customer WHERE id = ANY(%(ids)s))", "ids")


def nobody(rules: int) -> str:
    """Makes the table of decisions, empty."""
    return f"{tiering_sql.decisions(rules)} LIMIT 0"


def decisions(rules: int) -> str:
    """Adds those of the customers `ids`."""
    return f"INSERT INTO retier_decision {tiering_sql.decided(rules, FIGURED)}"
