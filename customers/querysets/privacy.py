"""Requests of people about what is held on them."""

from typing import Self, TypeVar

from django.db import models

from accounts.access import Reader

M = TypeVar("M", bound=models.Model)
EXPORTS = "customers.export_person"
ERASES = "customers.erase_person"


class PrivacyRequestQuerySet(models.QuerySet[M]):
    def visible_to(self, user: Reader) -> Self:
        """All, for those who may see customers and export or erase people."""
        may = user.has_perm("customers.view_customer") and (user.has_perm(EXPORTS) or user.has_perm(ERASES))
        return self if may else self.none()
