from typing import Any

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.db.models import OuterRef, Subquery
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from crm.common.admin import ReadOnlyAdmin
from crm.common.audit.models import AuditEntry


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
