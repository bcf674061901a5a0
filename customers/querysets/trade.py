"""Orders and invoices."""

from datetime import date
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import F

from accounts.access import Reader

if TYPE_CHECKING:
    from customers.models import Invoice, Order  # noqa: F401 - named in quotes below


class InvoiceQuerySet(models.QuerySet["Invoice"]):
    def visible_to(self, user: Reader) -> Self:
        return self if user.has_perm("customers.view_customer") else self.none()

    def unpaid(self) -> Self:
        return self.filter(paid__lt=F("amount"))

    def overdue(self, *, on: date) -> Self:
        return self.unpaid().filter(due_on__lt=on)


class OrderQuerySet(models.QuerySet["Order"]):
    def visible_to(self, user: Reader) -> Self:
        return self if user.has_perm("customers.view_customer") else self.none()
