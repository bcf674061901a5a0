"""What the engine keeps: read-only."""

from django.contrib import admin

from crm.common.admin import ReadOnlyAdmin
from metrics.models import Clock, Issue, IssueMark, LedgerMonth, Mark, RecomputeRun, Rollup


@admin.register(Clock)
class ClockAdmin(ReadOnlyAdmin[Clock]):
    list_display = ("key", "done_until")


@admin.register(Issue)
class IssueAdmin(ReadOnlyAdmin[Issue]):
    list_display = ("customer", "purpose", "first_at", "last_at", "contacts", "channel")
    list_select_related = ("customer",)
    raw_id_fields = ("customer",)
    ordering = ("-pk",)


@admin.register(IssueMark)
class IssueMarkAdmin(ReadOnlyAdmin[IssueMark]):
    list_display = ("customer_id", "purpose")


@admin.register(LedgerMonth)
class LedgerMonthAdmin(ReadOnlyAdmin[LedgerMonth]):
    """Written by the import of the ledger."""

    list_display = ("month", "system", "currency", "revenue", "cost_of_sales", "operating_cost")
    list_filter = ("system",)
    list_select_related = ("system",)


@admin.register(Mark)
class MarkAdmin(ReadOnlyAdmin[Mark]):
    list_display = ("source", "day", "team_id", "channel", "tier_id")
    list_filter = ("source",)


@admin.register(RecomputeRun)
class RecomputeRunAdmin(ReadOnlyAdmin[RecomputeRun]):
    list_display = ("started_at", "finished_at", "full", "days", "rows", "seconds")
    list_filter = ("full",)


@admin.register(Rollup)
class RollupAdmin(ReadOnlyAdmin[Rollup]):
    list_display = ("source", "version", "day", "team_id", "channel", "tier_id", "product_group_id")
    list_filter = ("source",)
    ordering = ("source", "version", "day", "team_id")
