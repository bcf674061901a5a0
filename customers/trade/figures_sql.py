"""The statements of the figures that lists sort by and pages show."""

from typing import Final

from customers.trade.orders import counts

SORTED: Final = ("revenue", "profit", "open", "overdue", "overdue_since")
SHOWN: Final = ("cost", "orders", "ordered", "due", "on_time", "overdue_invoices")
COLUMNS: Final = SORTED + SHOWN
NAMES: Final = ", ".join(COLUMNS)


def _of(row: str) -> str:
    return ", ".join(f"{row}.{name}" for name in COLUMNS)


# What the figures of the customers `ids` are on a day. Cost: index probes for their orders, lines and invoices.
FRESH: Final = f"""
SELECT c.id AS customer_id, coalesce(b.revenue, 0) AS revenue, coalesce(b.covered - b.cost, 0) AS profit,
       coalesce(o.open, 0) AS open, coalesce(o.overdue, 0) AS overdue,
       CASE WHEN o.overdue_invoices > 0 THEN o.oldest END AS overdue_since,
       coalesce(b.cost, 0) AS cost, coalesce(e.orders, 0) AS orders, coalesce(e.ordered, 0) AS ordered,
       coalesce(i.due, 0) AS due, coalesce(i.on_time, 0) AS on_time,
       coalesce(o.overdue_invoices, 0) AS overdue_invoices
FROM (
  SELECT customer_id AS id FROM customers_order WHERE customer_id = ANY(%(ids)s)
  UNION SELECT customer_id FROM customers_invoice WHERE customer_id = ANY(%(ids)s)
) c
LEFT JOIN (SELECT * FROM crm_bought(%(first)s, %(day)s) WHERE customer_id = ANY(%(ids)s)) b ON b.customer_id = c.id
LEFT JOIN (SELECT * FROM crm_owed(%(day)s) WHERE customer_id = ANY(%(ids)s)) o ON o.customer_id = c.id
LEFT JOIN (SELECT * FROM crm_billed(%(first)s, %(day)s) WHERE customer_id = ANY(%(ids)s)) i ON i.customer_id = c.id
LEFT JOIN (
  SELECT customer_id, count(*) AS orders, sum(amount_company) AS ordered FROM customers_order ever
  WHERE customer_id = ANY(%(ids)s) AND {counts("ever")} GROUP BY customer_id
) e ON e.customer_id = c.id
"""  # noqa: S608 - constants

# Those of them whose figures are others, are missing, or have to go.
DIFFERING: Final = f"""
SELECT coalesce(n.customer_id, f.customer_id) AS customer_id, n.customer_id IS NULL AS goes, {_of("n")}
FROM ({FRESH}) n
FULL JOIN (SELECT * FROM customers_customerfigures WHERE customer_id = ANY(%(ids)s)) f USING (customer_id)
WHERE n.customer_id IS NULL OR f.customer_id IS NULL OR ({_of("n")}) IS DISTINCT FROM ({_of("f")})
"""  # noqa: S608 - constants

WRITE: Final = f"""
WITH differing AS MATERIALIZED ({DIFFERING}), gone AS (
  DELETE FROM customers_customerfigures f USING differing d WHERE f.customer_id = d.customer_id AND d.goes
), written AS (
  INSERT INTO customers_customerfigures (customer_id, {NAMES}, as_of)
  SELECT customer_id, {NAMES}, %(day)s FROM differing WHERE NOT goes
  ON CONFLICT (customer_id) DO UPDATE SET ({NAMES}, as_of) = ({_of("excluded")}, excluded.as_of)
)
SELECT count(*) FROM differing
"""  # noqa: S608 - constants

CUSTOMERS: Final = "SELECT id FROM customers_customer WHERE id >= %(from)s AND id < %(after)s ORDER BY id"

# Whether the figures of one customer are those of `today`, as far as this statement sees: they have followed every mark
# and the clock. Who has no row has no trade. Cost: three probes.
ARE_OF_TODAY: Final = """(
  EXISTS (SELECT FROM customers_figuresclock k WHERE k.day = %(today)s AND (k.up_to >= %(customer)s OR k.up_to IS NULL))
  AND NOT EXISTS (SELECT FROM customers_figuremark m WHERE m.customer_id = %(customer)s)
  AND NOT EXISTS (SELECT FROM customers_customerfigures f WHERE f.customer_id = %(customer)s
                  AND (f.as_of > %(today)s OR f.orders IS NULL))
)"""

# Of one moment: the figures of whoever has no mark have followed; none are wrong while the clock goes round.
WRONG: Final = f"""
SELECT d.customer_id FROM ({DIFFERING}) d
WHERE EXISTS (SELECT FROM customers_figuresclock WHERE day = %(day)s AND up_to IS NULL)
  AND NOT EXISTS (SELECT FROM customers_figuremark m WHERE m.customer_id = d.customer_id)
"""  # noqa: S608 - constants

TAKE_MARKS: Final = """
DELETE FROM customers_figuremark
WHERE id IN (SELECT id FROM customers_figuremark ORDER BY id LIMIT %(most)s) RETURNING customer_id
"""

SET_CLOCK: Final = """
INSERT INTO customers_figuresclock AS k (id, day, up_to) VALUES (1, %(day)s, 0)
ON CONFLICT (id) DO UPDATE SET day = excluded.day, up_to = excluded.up_to WHERE k.day <> excluded.day
"""
NEXT_BY_CLOCK: Final = """
SELECT c.id FROM customers_figuresclock k JOIN customers_customer c ON c.id > k.up_to ORDER BY c.id LIMIT %(most)s
"""
CLOCK_IS_AT: Final = "UPDATE customers_figuresclock SET up_to = %(up_to)s WHERE up_to IS NOT NULL"
FORGET_CLOCK: Final = "DELETE FROM customers_figuresclock"
