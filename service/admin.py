from django.contrib import admin

from crm.common.admin import ReadOnlyAdmin
from service.models import SurveyAnswer


@admin.register(SurveyAnswer)
class SurveyAnswerAdmin(ReadOnlyAdmin[SurveyAnswer]):
    """What customers said stays as they said it."""

    list_display = ("answered_at", "survey", "score", "choice", "customer", "team", "channel")
    list_filter = ("survey", "channel")
    list_select_related = ("customer", "team")
    ordering = ("-id",)
