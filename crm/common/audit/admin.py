from typing import Any

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.db.models import BigIntegerField, CharField, Model, OuterRef, QuerySet, Subquery, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce, NullIf
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from crm.common.admin import ReadOnlyAdmin
from crm.common.audit.models import AuditEntry
from crm.common.audit.tracking import event_models
from crm.common.audit.who import who


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin[AuditEntry]):
    list_display = ("at", "who", "what", "count", "details")
    list_filter = ("what",)
    fields = ("at", "who", "what", "count", "details")

    def get_queryset(self, request: HttpRequest) -> Any:
        address = get_user_model().objects.filter(pk=OuterRef("user_id")).values("email")
        return super().get_queryset(request).annotate(email=Subquery(address))

    @admin.display(description=_("user"))
    def who(self, entry: Any) -> str:
        return entry.email or (f"#{entry.user_id}" if entry.user_id else "")


EVENTS = {"insert": _("addition"), "update": _("change"), "edit": _("change by hand"), "delete": _("removal")}
USER = Cast(KeyTextTransform("user", "pgh_context__metadata"), BigIntegerField())


class LabelFilter(admin.SimpleListFilter):
    """By what happened; which labels there are is known without reading the table."""

    title = _("event")
    parameter_name = "label"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(EVENTS.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(pgh_label=self.value()) if self.value() else queryset


class EventAdmin(ReadOnlyAdmin[Model]):
    """What a row was before each change, and who changed it; written by triggers. Found by the number of the row."""

    list_display = ("pgh_created_at", "what", "number", "shown", "who")
    list_filter = (LabelFilter,)
    list_select_related = ("pgh_context",)
    search_fields = ("pgh_id",)  # shows the box; see get_search_results
    search_help_text = _("The number of the row")
    ordering = ("-pgh_id",)

    def get_queryset(self, request: HttpRequest) -> Any:
        users = get_user_model().objects.filter(pk=OuterRef("user_number"))
        name = users.values(called=Coalesce(NullIf("name", Value("")), "email", output_field=CharField()))
        return super().get_queryset(request).annotate(user_number=USER, user_name=Subquery(name))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        term = search_term.strip()
        if not term:
            return queryset, False
        if not term.isdecimal() or len(term) > 18 or not hasattr(self.model, "pgh_obj"):
            return queryset.none(), False
        return queryset.filter(pgh_obj_id=int(term)), False

    @admin.display(description=_("event"))
    def what(self, event: Any) -> Any:
        return EVENTS.get(event.pgh_label, event.pgh_label)

    @admin.display(description=_("number"))
    def number(self, event: Any) -> Any:
        return getattr(event, "pgh_obj_id", "")

    @admin.display(description=_("row"))
    def shown(self, event: Any) -> str:
        """The first of its texts, so that a list is more than numbers."""
        return next((str(getattr(event, name)) for name in ("name", "what", "key", "kpi") if hasattr(event, name)), "")

    @admin.display(description=_("by"))
    def who(self, event: Any) -> str:
        return who(event.pgh_context, {event.user_number: event.user_name})


for _event in event_models():
    admin.site.register(_event, EventAdmin)
