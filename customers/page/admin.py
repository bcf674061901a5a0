from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from crm.common.admin import ReadOnlyAdmin
from customers.models import BulkChange, BulkJob


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
