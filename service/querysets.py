"""Survey answers."""

from typing import Self, TypeVar

from django.db import models

from accounts.access import Reader

M = TypeVar("M", bound=models.Model)


class SurveyAnswerQuerySet(models.QuerySet[M]):
    def visible_to(self, user: Reader) -> Self:
        return self if user.has_perm("service.view_surveyanswer") else self.none()
