"""Orders, invoices and repairs."""

from typing import Self, TypeVar

from django.db import models

from accounts.access import Reader

M = TypeVar("M", bound=models.Model)


class InvoiceQuerySet(models.QuerySet[M]):
    def visible_to(self, user: Reader) -> Self:
        return self if user.has_perm("customers.view_customer") else self.none()


class OrderQuerySet(models.QuerySet[M]):
    def visible_to(self, user: Reader) -> Self:
        return self if user.has_perm("customers.view_customer") else self.none()


class RepairQuerySet(models.QuerySet[M]):
    def visible_to(self, user: Reader) -> Self:
        return self if user.has_perm("customers.view_customer") else self.none()
