"""Tasks."""

from typing import Self, TypeVar

from django.db import models
from django.db.models import Q

from accounts.access import Reader
from accounts.models import User

M = TypeVar("M", bound=models.Model)


class TaskQuerySet(models.QuerySet[M]):
    def visible_to(self, user: Reader) -> Self:
        """Those about customers, for who may view customers; others for who has, made or shares them by their team."""
        if not user.has_perm("customers.view_task"):
            return self.none()
        if not isinstance(user, User) or user.has_perm("customers.view_all_tasks"):
            return self
        mine = Q(assignee=user) | Q(created_by=user)
        if user.team_id:
            mine |= Q(team=user.team_id)
        return self.filter(mine | Q(customer__isnull=False))
