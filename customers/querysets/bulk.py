"""Bulk actions."""

from typing import Self, TypeVar

from django.db import models

from accounts.access import Reader
from accounts.models import User

M = TypeVar("M", bound=models.Model)


class BulkJobQuerySet(models.QuerySet[M]):
    def visible_to(self, user: Reader) -> Self:
        """One's own; the operator's jobs and who may view all see all. Without the rows' ids, which may be many."""
        found = self.defer("row_ids")
        if user.has_perm("customers.view_bulkjob"):
            return found
        return found.filter(created_by=user) if isinstance(user, User) else found.none()
