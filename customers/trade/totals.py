"""What one customer ordered, was billed and owes, in the company's currency."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final, Self

from django.contrib.postgres.fields import ArrayField
from django.db.models import DecimalField
from django.db.models.expressions import RawSQL

# Two index scans over the customer's own rows.
_TOTALS: Final = """
(SELECT ARRAY[orders.count, orders.cancelled, orders.amount, bills.count, bills.billed, bills.is_open, bills.open,
              bills.is_overdue, bills.overdue]
 FROM (SELECT count(*) FILTER (WHERE status <> 'cancelled'), count(*) FILTER (WHERE status = 'cancelled') AS cancelled,
              coalesce(sum(amount_company) FILTER (WHERE status <> 'cancelled'), 0) AS amount
       FROM customers_order WHERE customer_id = customers_customer.id) orders,
      (SELECT count(*), coalesce(sum(i.amount_company), 0) AS billed, count(*) FILTER (WHERE s.is_open) AS is_open,
              coalesce(sum(s.open), 0) AS open, count(*) FILTER (WHERE s.is_overdue) AS is_overdue,
              coalesce(sum(s.overdue), 0) AS overdue
       FROM customers_invoice i CROSS JOIN LATERAL crm_invoice_standing(i, %s) s
       WHERE i.customer_id = customers_customer.id) bills)
"""


@dataclass(frozen=True, kw_only=True)
class Totals:
    """`orders` and `ordered` leave out what was cancelled."""

    orders: int
    cancelled: int
    ordered: Decimal
    invoices: int
    billed: Decimal
    open_count: int
    open: Decimal
    overdue_count: int
    overdue: Decimal

    @classmethod
    def of(cls, read: Sequence[Decimal]) -> Self:
        orders, cancelled, ordered, invoices, billed, open_count, open_, overdue_count, overdue = read
        return cls(
            orders=int(orders), cancelled=int(cancelled), ordered=ordered, invoices=int(invoices), billed=billed,
            open_count=int(open_count), open=open_, overdue_count=int(overdue_count), overdue=overdue,
        )  # fmt: skip


def totals(*, on: date) -> RawSQL:
    """To annotate a customer with; `Totals.of` reads it."""
    return RawSQL(_TOTALS, [on], output_field=ArrayField(DecimalField()))  # noqa: S611 - a constant
