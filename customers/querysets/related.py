"""Who belongs together."""

from typing import Self, TypeVar

from django.db import models

from accounts.access import Reader

M = TypeVar("M", bound=models.Model)


class RelatedQuerySet(models.QuerySet[M]):
    def visible_to(self, user: Reader) -> Self:
        return self if user.has_perm("customers.view_customer") else self.none()
