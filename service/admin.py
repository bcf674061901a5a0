from django.contrib import admin

from crm.common.admin import ReadOnlyAdmin
from service.models import SurveyAnswer


@admin.register(SurveyAnswer)
class SurveyAnswerAdmin(ReadOnlyAdmin[SurveyAnswer]):
    """Answers come from files; nobody edits what a customer said."""

    list_display = ("answered_at", "survey", "customer", "score", "choice", "team")
    list_select_related = ("customer", "team")
    list_filter = ("survey",)
    ordering = ("-pk",)
