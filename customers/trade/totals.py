"""What one customer ordered, was billed and owes, in the company's currency."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection

from customers.trade.orders import counts

# Two index scans over the customer's own rows.
TOTALS = f"""
SELECT orders.count, orders.amount, bills.*
FROM (SELECT count(*), coalesce(sum(o.amount_company) FILTER (WHERE {counts("o")}), 0) AS amount
      FROM customers_order o WHERE o.customer_id = %(customer)s) orders,
     (SELECT count(*), coalesce(sum(i.amount_company), 0), count(*) FILTER (WHERE s.is_open),
             coalesce(sum(s.open), 0), count(*) FILTER (WHERE s.is_overdue), coalesce(sum(s.overdue), 0)
      FROM customers_invoice i CROSS JOIN LATERAL crm_invoice_standing(i, %(on)s) s
      WHERE i.customer_id = %(customer)s) bills
"""  # noqa: S608 - constants


@dataclass(frozen=True, kw_only=True)
class Totals:
    """Cancelled orders count as orders, and their amounts as nothing."""

    orders: int
    ordered: Decimal
    invoices: int
    billed: Decimal
    open_count: int
    open: Decimal
    overdue_count: int
    overdue: Decimal


def totals(*, customer_id: int, on: date) -> Totals:
    """One query."""
    with connection.cursor() as cursor:
        cursor.execute(TOTALS, {"customer": customer_id, "on": on})
        row = cursor.fetchone()
    assert row is not None
    orders, ordered, invoices, billed, open_count, open_, overdue_count, overdue = row
    return Totals(
        orders=orders, ordered=ordered, invoices=invoices, billed=billed, open_count=open_count, open=open_,
        overdue_count=overdue_count, overdue=overdue,
    )  # fmt: skip
