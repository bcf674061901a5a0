"""Customers."""

from typing import TYPE_CHECKING, Self

from django.db import models

from accounts.access import Reader

if TYPE_CHECKING:
    from customers.models import Customer  # noqa: F401 - named in quotes below


class CustomerQuerySet(models.QuerySet["Customer"]):
    def visible_to(self, user: Reader) -> Self:
        """All customers for staff who may view customers (one database for every department), none for others."""
        return self if user.has_perm("customers.view_customer") else self.none()
