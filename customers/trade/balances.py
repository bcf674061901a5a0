"""What customers owe, in the company's currency."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Exists, F, OuterRef, Q, Sum

from customers.models import Invoice
from customers.querysets.customers import CustomerQuerySet


@dataclass(frozen=True, kw_only=True)
class Balance:
    """`open` is all that is unpaid; `overdue` the part past its due date."""

    open: Decimal = Decimal(0)
    overdue: Decimal = Decimal(0)


def balances(*, customer_ids: Collection[int], on: date) -> dict[int, Balance]:
    """By customer id, for those who owe something; one query over their unpaid invoices."""
    left = F("amount_company") * (F("amount") - F("paid")) / F("amount")
    rows = (
        Invoice.objects.unpaid()
        .filter(customer_id__in=customer_ids, amount__gt=0)
        .values_list("customer_id")
        .annotate(open=Sum(left), overdue=Sum(left, filter=Q(due_on__lt=on)))
        .order_by()
    )
    return {pk: Balance(open=open_, overdue=overdue or Decimal(0)) for pk, open_, overdue in rows if pk is not None}


def owing(customers: CustomerQuerySet, *, on: date) -> CustomerQuerySet:
    """Those with an invoice that fell due before `on` and is not paid in full."""
    return customers.filter(Exists(Invoice.objects.overdue(on=on).filter(customer=OuterRef("pk"))))
