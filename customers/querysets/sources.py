"""Imports and what they left waiting."""

from typing import TYPE_CHECKING, Self

from django.db import models

from accounts.access import Reader

if TYPE_CHECKING:
    from customers.models import ImportBatch, ParkedRow  # noqa: F401 - named in quotes below


class ImportBatchQuerySet(models.QuerySet["ImportBatch"]):
    def visible_to(self, user: Reader) -> Self:
        return self if user.has_perm("customers.import_data") else self.none()


class ParkedRowQuerySet(models.QuerySet["ParkedRow"]):
    def visible_to(self, user: Reader) -> Self:
        return self if user.has_perm("customers.import_data") else self.none()
