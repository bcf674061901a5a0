"""Chainable filters of the customers app; views fetch only through them."""

from typing import TYPE_CHECKING, Self

from django.contrib.auth.models import AnonymousUser
from django.db import models

from accounts.models import User

if TYPE_CHECKING:
    pass


class CustomerQuerySet(models.QuerySet["Customer"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """All customers for staff who may view customers (one database for every department), none for others."""
        return self if user.has_perm("customers.view_customer") else self.none()


class OrderQuerySet(models.QuerySet["Order"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        return self if user.has_perm("customers.view_customer") else self.none()


class InteractionQuerySet(models.QuerySet["Interaction"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        return self if user.has_perm("customers.view_customer") else self.none()


class ImportBatchQuerySet(models.QuerySet["ImportBatch"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        return self if user.has_perm("customers.import_data") else self.none()
