"""Possible duplicates."""

from typing import Self, TypeVar

from django.db import models

from accounts.access import Reader

M = TypeVar("M", bound=models.Model)


class MatchQuerySet(models.QuerySet[M]):
    def visible_to(self, user: Reader) -> Self:
        """All, for those who may see customers and merge them."""
        may = user.has_perm("customers.view_customer") and user.has_perm("customers.merge_customer")
        return self if may else self.none()
