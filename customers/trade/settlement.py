"""What the payments of an invoice make of it: paid, paid on time, settled on."""

from django.db.backends.utils import CursorWrapper

# Sums are capped between nothing and the amount (a credit note's amount is negative). Settled on the day the running
# sum last came to the amount, as long as it still stands there. One index probe per invoice and per payment.
_SETTLE = """
WITH touched AS MATERIALIZED (
  SELECT i.id, i.amount, i.due_on, sign(i.amount) AS side FROM customers_invoice i WHERE i.id IN ({invoices})
), by_day AS (
  SELECT t.id, p.paid_on, sum(p.amount) AS amount FROM touched t JOIN customers_payment p ON p.invoice_id = t.id
  GROUP BY t.id, p.paid_on
), running AS (
  SELECT t.id, t.amount, t.side, t.due_on, d.paid_on, d.amount AS of_day,
         sum(d.amount) OVER (PARTITION BY t.id ORDER BY d.paid_on) AS total
  FROM touched t JOIN by_day d ON d.id = t.id
), summed AS (
  SELECT t.id, t.amount, t.side,
         coalesce(sum(r.of_day), 0) AS total,
         coalesce(sum(r.of_day) FILTER (WHERE r.paid_on <= t.due_on), 0) AS on_time,
         max(r.paid_on) FILTER (WHERE r.total * t.side >= t.amount * t.side
                                AND (r.total - r.of_day) * t.side < t.amount * t.side) AS reached_on
  FROM touched t LEFT JOIN running r ON r.id = t.id GROUP BY t.id, t.amount, t.side
), figures AS (
  SELECT id, side * least(amount * side, greatest(total * side, 0)) AS paid,
         side * least(amount * side, greatest(least(on_time * side, total * side), 0)) AS paid_on_time,
         CASE WHEN side <> 0 AND total * side >= amount * side THEN reached_on END AS settled_on
  FROM summed
)
UPDATE customers_invoice i SET paid = f.paid, paid_on_time = f.paid_on_time, settled_on = f.settled_on
FROM figures f
WHERE i.id = f.id
  AND (i.paid, i.paid_on_time, i.settled_on) IS DISTINCT FROM (f.paid, f.paid_on_time, f.settled_on)
"""


def settle(cursor: CursorWrapper, invoices: str) -> None:
    """Work out the invoices that the SELECT `invoices` gives; writes only those that change."""
    cursor.execute(_SETTLE.format(invoices=invoices))
