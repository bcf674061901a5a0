"""Chainable filters of the metrics: pages and commands read through `visible_to`, which goes first."""

from typing import Any, ClassVar, Self, TypeVar

from django.db import models

from accounts.access import Reader

M = TypeVar("M", bound=models.Model)


class GoalQuerySet(models.QuerySet[M]):
    """Baselines, targets, rollouts, the register and verdicts: for those who may see dashboards."""

    permission: ClassVar[str] = "metrics.view_dashboard"

    def visible_to(self, reader: Reader) -> Self:
        return self if reader.has_perm(self.permission) else self.none()


class MoneyQuerySet(GoalQuerySet[M]):
    """Costs and benefits: for those who may see return and cost."""

    permission: ClassVar[str] = "metrics.view_roi"


def goals() -> Any:
    """The manager of a model of the first sort."""
    return GoalQuerySet.as_manager()


def money() -> Any:
    return MoneyQuerySet.as_manager()
