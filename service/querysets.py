"""Survey answers."""

from typing import TYPE_CHECKING, Self

from django.db import models

from accounts.access import Reader

if TYPE_CHECKING:
    from service.models import SurveyAnswer  # noqa: F401 - named in quotes below


class SurveyAnswerQuerySet(models.QuerySet["SurveyAnswer"]):
    def visible_to(self, user: Reader) -> Self:
        return self if user.has_perm("service.view_surveyanswer") else self.none()
