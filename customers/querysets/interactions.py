"""The log."""

from typing import TYPE_CHECKING, Self

from django.db import models

from accounts.access import Reader

if TYPE_CHECKING:
    from customers.models import Interaction  # noqa: F401 - named in quotes below


class InteractionQuerySet(models.QuerySet["Interaction"]):
    def visible_to(self, user: Reader) -> Self:
        return self if user.has_perm("customers.view_customer") else self.none()
