"""Chainable filters of the customers app; views fetch only through them."""

from datetime import date
from typing import TYPE_CHECKING, Self

from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Exists, F, OuterRef

from accounts.models import User

if TYPE_CHECKING:
    from customers.models import Customer, ImportBatch, Interaction, Invoice, Order  # noqa: F401 - named in quotes below


class CustomerQuerySet(models.QuerySet["Customer"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """All customers for staff who may view customers (one database for every department), none for others."""
        return self if user.has_perm("customers.view_customer") else self.none()

    def owing(self, *, on: date) -> Self:
        """Those with an invoice that fell due before `on` and is not paid in full."""
        invoices = apps.get_model("customers", "Invoice").objects
        return self.filter(Exists(invoices.overdue(on=on).filter(customer=OuterRef("pk"))))


class InvoiceQuerySet(models.QuerySet["Invoice"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        return self if user.has_perm("customers.view_customer") else self.none()

    def unpaid(self) -> Self:
        return self.filter(paid__lt=F("amount"))

    def overdue(self, *, on: date) -> Self:
        return self.unpaid().filter(due_on__lt=on)


class OrderQuerySet(models.QuerySet["Order"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        return self if user.has_perm("customers.view_customer") else self.none()


class InteractionQuerySet(models.QuerySet["Interaction"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        return self if user.has_perm("customers.view_customer") else self.none()


class ImportBatchQuerySet(models.QuerySet["ImportBatch"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        return self if user.has_perm("customers.import_data") else self.none()
