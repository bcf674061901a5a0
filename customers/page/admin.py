from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from crm.common.admin import ReadOnlyAdmin
from customers.models import BulkChange, BulkJob, PrivacyRequest, SuppressedKey


@admin.register(BulkJob)
class BulkJobAdmin(ReadOnlyAdmin[BulkJob]):
    list_display = ("created_at", "action", "state", "total", "changed", "skipped", "overtaken", "created_by")
    list_filter = ("state", "action")
    list_select_related = ("created_by",)
    exclude = ("row_ids",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[BulkJob]:
        return super().get_queryset(request).defer("row_ids")


@admin.register(BulkChange)
class BulkChangeAdmin(ReadOnlyAdmin[BulkChange]):
    list_display = ("job", "customer", "task", "before", "after")
    list_select_related = ("job", "customer", "task")
    ordering = ("-id",)


@admin.register(PrivacyRequest)
class PrivacyRequestAdmin(ReadOnlyAdmin[PrivacyRequest]):
    """Asked for, confirmed and withdrawn on its pages."""

    list_display = ("asked_at", "what", "customer_id", "contact_id", "reason", "state", "asked_by", "confirmed_by")
    list_filter = ("what", "state")
    list_select_related = ("asked_by", "confirmed_by")
    exclude = ("stored",)


@admin.register(SuppressedKey)
class SuppressedKeyAdmin(ReadOnlyAdmin[SuppressedKey]):
    list_display = ("request", "digest")
    list_select_related = ("request",)
    ordering = ("-id",)
