"""What customers owe, in the company's currency."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection
from django.db.models.expressions import RawSQL

from customers.models import Customer
from customers.querysets.customers import CustomerQuerySet

# One index probe per customer, in the index of open invoices.
_BALANCES = "SELECT customer_id, open, overdue FROM crm_owed(%s) WHERE customer_id = ANY(%s)"
_OWING = """
SELECT i.customer_id FROM customers_invoice i CROSS JOIN LATERAL crm_invoice_standing(i, %s) s WHERE s.is_overdue"""


@dataclass(frozen=True, kw_only=True)
class Balance:
    """`open` is all that is unpaid; `overdue` the part past its due date."""

    open: Decimal = Decimal(0)
    overdue: Decimal = Decimal(0)


def balances(*, customer_ids: Collection[int], on: date) -> dict[int, Balance]:
    """By customer id, for those who owe something; one query over their unpaid invoices."""
    with connection.cursor() as cursor:
        cursor.execute(_BALANCES, [on, list(customer_ids)])
        return {pk: Balance(open=open_, overdue=overdue) for pk, open_, overdue in cursor.fetchall()}


def owing(customers: CustomerQuerySet[Customer], *, on: date) -> CustomerQuerySet[Customer]:
    """Those with an invoice that fell due before `on` and is not paid in full."""
    return customers.filter(pk__in=RawSQL(_OWING, [on]))  # noqa: S611 - a constant
