"""Orders and invoices."""

from typing import TYPE_CHECKING, Self

from django.db import models

from accounts.access import Reader

if TYPE_CHECKING:
    from customers.models import Invoice, Order  # noqa: F401 - named in quotes below


class InvoiceQuerySet(models.QuerySet["Invoice"]):
    def visible_to(self, user: Reader) -> Self:
        return self if user.has_perm("customers.view_customer") else self.none()


class OrderQuerySet(models.QuerySet["Order"]):
    def visible_to(self, user: Reader) -> Self:
        return self if user.has_perm("customers.view_customer") else self.none()
