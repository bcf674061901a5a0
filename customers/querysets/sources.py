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


class ApiTokenQuerySet(models.QuerySet[M]):
    def visible_to(self, user: Reader) -> Self:
        return self if user.has_perm("customers.manage_tokens") else self.none()

    def in_use(self) -> Self:
        return self.filter(revoked_at=None)
