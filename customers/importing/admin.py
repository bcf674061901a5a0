from django.contrib import admin

from crm.common.admin import ReadOnlyAdmin
from customers.models import ApiToken, Feed, FeedFile, ImportBatch, ImportReject, ParkedRow, SourceRecord


@admin.register(SourceRecord)
class SourceRecordAdmin(ReadOnlyAdmin[SourceRecord]):
    list_display = ("external_id", "kind", "system", "customer", "changed_at")
    list_filter = ("kind", "system")
    list_select_related = ("system", "customer")
    search_fields = ("external_id__exact",)
    ordering = ("-id",)


@admin.register(ImportBatch)
class ImportBatchAdmin(ReadOnlyAdmin[ImportBatch]):
    list_display = ("filename", "system", "kind", "state", "rows", "created", "updated", "rejected", "created_at")
    list_filter = ("state", "kind")
    list_select_related = ("system",)


@admin.register(ImportReject)
class ImportRejectAdmin(ReadOnlyAdmin[ImportReject]):
    list_display = ("batch", "line", "column", "reason")
    list_select_related = ("batch",)
    ordering = ("-id",)


@admin.register(ParkedRow)
class ParkedRowAdmin(ReadOnlyAdmin[ParkedRow]):
    list_display = ("external_id", "kind", "system", "waits_for_kind", "waits_for_id", "parked_at")
    list_filter = ("kind",)
    list_select_related = ("system",)
    search_fields = ("external_id__exact", "waits_for_id__exact")
    ordering = ("-id",)


@admin.register(ApiToken)
class ApiTokenAdmin(ReadOnlyAdmin[ApiToken]):
    """Made, rotated and revoked on the page of tokens."""

    list_display = ("system", "scope", "prefix", "created_by", "created_at", "last_used_at", "revoked_at")
    list_filter = ("system",)
    list_select_related = ("system", "created_by")
    exclude = ("token_hash",)


@admin.register(Feed)
class FeedAdmin(ReadOnlyAdmin[Feed]):
    """Set up on the page of feeds."""

    list_display = ("name", "system", "kind", "place", "state", "is_active", "looked_at", "next_at", "owner")
    list_filter = ("state", "is_active", "place")
    list_select_related = ("system", "owner")
    exclude = ("secret",)


@admin.register(FeedFile)
class FeedFileAdmin(ReadOnlyAdmin[FeedFile]):
    list_display = ("name", "feed", "state", "size", "batch", "seen_at")
    list_filter = ("state",)
    list_select_related = ("feed", "batch")
    ordering = ("-id",)
