"""The verdicts on record."""

from django.contrib import admin

from crm.common.admin import ReadOnlyAdmin
from metrics.models import Evaluation


@admin.register(Evaluation)
class EvaluationAdmin(ReadOnlyAdmin[Evaluation]):
    list_display = ("kpi", "team", "as_of", "verdict", "baseline_value", "current_value", "change", "p_adjusted")
    list_filter = ("verdict", "kpi", "team")
    list_select_related = ("team",)
    date_hierarchy = "as_of"
