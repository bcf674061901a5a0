"""Imports and what they left waiting."""

from typing import Self, TypeVar

from django.db import models

from accounts.access import Reader

M = TypeVar("M", bound=models.Model)


class ImportBatchQuerySet(models.QuerySet[M]):
    def visible_to(self, user: Reader) -> Self:
        return self if user.has_perm("customers.import_data") else self.none()


class ParkedRowQuerySet(models.QuerySet[M]):
    def visible_to(self, user: Reader) -> Self:
        return self if user.has_perm("customers.import_data") else self.none()
