"""Feeds and what was read from them."""

from datetime import datetime
from typing import Self, TypeVar

from django.db import models
from django.db.models import Exists, OuterRef

from accounts.access import Reader

M = TypeVar("M", bound=models.Model)
MANAGES = "customers.manage_feeds"


class FeedQuerySet(models.QuerySet[M]):
    def visible_to(self, user: Reader) -> Self:
        return self if user.has_perm(MANAGES) else self.none()

    def due(self, now: datetime) -> Self:
        """What is to be looked at now: a feed that a dead worker left in the middle stays so."""
        return self.filter(is_active=True, next_at__lte=now)


class FeedFileQuerySet(models.QuerySet[M]):
    def visible_to(self, user: Reader) -> Self:
        return self if user.has_perm(MANAGES) else self.none()

    def unresolved(self) -> Self:
        """Those that failed, with no later one of the same name, and that nobody left out."""
        later = self.model._default_manager.filter(  # noqa: SLF001 (Django's documented name)
            feed=OuterRef("feed"), name=OuterRef("name"), pk__gt=OuterRef("pk")
        )
        return self.filter(~Exists(later.exclude(state="resting")), state="failed")
