"""Survey answers."""

from typing import TYPE_CHECKING, Self

from django.contrib.auth.models import AnonymousUser
from django.db import models

from accounts.models import User

if TYPE_CHECKING:
    from service.models import SurveyAnswer  # noqa: F401 - named in quotes below


class SurveyAnswerQuerySet(models.QuerySet["SurveyAnswer"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        return self if user.has_perm("service.view_surveyanswer") else self.none()
