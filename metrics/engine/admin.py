"""What the engine keeps: read-only."""

from typing import Any, TypeVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from crm.common.admin import ReadOnlyAdmin
from metrics.engine import registry
from metrics.models import Clock, Issue, IssueMark, LedgerMonth, Mark, RecomputeRun, Rollup

C = TypeVar("C", Mark, Rollup)


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


class SourceFilter(admin.SimpleListFilter):
    title = _("source")
    parameter_name = "source"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(str(source.number), str(source.label)) for source in registry.sources()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value() or ""
        return queryset.filter(source=int(value)) if value.isdecimal() else queryset


class CellAdmin(ReadOnlyAdmin[C]):
    list_filter = (SourceFilter,)

    @admin.display(description=_("source"), ordering="source")
    def source_label(self, cell: C) -> str:
        return registry.label_of(cell.source)


@admin.register(Mark)
class MarkAdmin(CellAdmin[Mark]):
    list_display = ("source_label", "day", "team_id", "channel", "tier_id")


@admin.register(RecomputeRun)
class RecomputeRunAdmin(ReadOnlyAdmin[RecomputeRun]):
    list_display = ("started_at", "finished_at", "full", "days", "rows", "seconds")
    list_filter = ("full",)


@admin.register(Rollup)
class RollupAdmin(CellAdmin[Rollup]):
    list_display = ("source_label", "version", "day", "team_id", "channel", "tier_id", "product_group_id")
    ordering = ("source", "version", "day", "team_id")
