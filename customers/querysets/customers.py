"""Customers."""

from typing import Self, TypeVar

from django.db import models

from accounts.access import Reader

M = TypeVar("M", bound=models.Model)


class CustomerQuerySet(models.QuerySet[M]):
    def visible_to(self, user: Reader) -> Self:
        """All customers for staff who may view customers (one database for every department), none for others."""
        return self if user.has_perm("customers.view_customer") else self.none()
