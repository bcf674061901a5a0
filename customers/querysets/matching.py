"""Possible duplicates."""

from typing import Self, TypeVar

from django.db import models

from accounts.access import Reader

M = TypeVar("M", bound=models.Model)


class MatchQuerySet(models.QuerySet[M]):
    def visible_to(self, user: Reader) -> Self:
        """All, for those who may see customers and merge them."""
        return self if _may(user) else self.none()


class MatchRunQuerySet(models.QuerySet[M]):
    def visible_to(self, user: Reader) -> Self:
        """All, for those who may see customers and merge them."""
        return self if _may(user) else self.none()


def _may(user: Reader) -> bool:
    return user.has_perm("customers.view_customer") and user.has_perm("customers.merge_customer")
