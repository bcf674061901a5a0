"""What the engine keeps: read-only."""

from typing import Any, TypeVar

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.access import signed_in
from crm.common.admin import DomainAdmin, ReadOnlyAdmin
from customers.registry.derived import all_derived
from metrics.engine import registry
from metrics.engine.changing_rules import change_rules
from metrics.engine.rules_forms import KpiRulesForm
from metrics.engine.starting import NAMED, contradicting
from metrics.models import (
    CheckRun,
    Clock,
    Issue,
    IssueMark,
    KpiRules,
    LedgerMonth,
    Mark,
    MonthRollup,
    RecomputeRun,
    Rollup,
    RollupVersion,
)

C = TypeVar("C", Mark, MonthRollup, Rollup)
CONTRADICTS = _("%(variable)s in the environment contradicts these rules: take it out, else the next start is refused.")


@admin.register(CheckRun)
class CheckRunAdmin(ReadOnlyAdmin[CheckRun]):
    list_display = ("started_at", "finished_at", "told")
    fields = ("started_at", "finished_at", "told")

    @admin.display(description=_("found"))
    def told(self, run: CheckRun) -> str:
        return "; ".join(map(_told, run.found)) or (gettext("nothing wrong") if run.finished_at else "")


def _told(found: dict[str, Any]) -> str:
    """A line of a run's record in words."""
    rows = {each.key: each.label for each in all_derived()}
    sources = {each.key: each.label for each in registry.sources()}
    left = gettext("%(label)s: somebody else was at them, so some are left to the next night")
    words = {
        "rows": gettext("%(label)s: %(count)d rows written anew"),
        "built": gettext("%(label)s: %(count)d rows marked to be built again"),
        "figures": gettext("%(label)s: %(count)d figures marked to be computed again"),
        "left": left,
        "unchecked": left,
    }[found["what"]]
    labels = rows if found["what"] in {"rows", "left"} else sources
    return words % {"label": labels.get(found["key"], found["key"]), "count": found["count"]}


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

    list_display = ("month", "system", "currency", "revenue", "cost_of_sales", "operating_cost", "share")
    list_filter = ("system",)
    list_select_related = ("system",)


@admin.register(KpiRules)
class KpiRulesAdmin(DomainAdmin[KpiRules]):
    """The versions of the rules, the newest in force. To change one is to add a version."""

    form = KpiRulesForm
    list_display = (*(rule.key for rule in NAMED), "reason", "set_at", "set_by")
    list_select_related = ("set_by",)
    fieldsets = (
        (
            None,
            {
                "fields": [*KpiRules.RULES, "reason", "seen"],
                "description": _(
                    "When a rule changes, every figure that rests on it is recomputed from the source data, back to "
                    "the first day. Until that is done pages show the figures by the rule before, and say so. "
                    "Baselines frozen under another rule stay as evidence, but compare no more: freeze them again."
                ),
            },
        ),
    )

    def get_fieldsets(self, request: HttpRequest, obj: KpiRules | None = None) -> Any:
        """The version rides along where a row is added, since it is added to the one in force."""
        if obj is not None:
            return [(None, {"fields": [*KpiRules.RULES, "reason", "set_at", "set_by"]})]
        return self.fieldsets

    def has_change_permission(self, request: HttpRequest, obj: KpiRules | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: KpiRules | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: KpiRules, form: Any, change: bool) -> None:
        seen, reason = form.cleaned_data["seen"], form.cleaned_data["reason"]
        made = change_rules(values=form.values, reason=reason, by=signed_in(request), seen=seen)
        obj.pk = made.pk
        for variable in contradicting(made.values):
            messages.warning(request, str(CONTRADICTS) % {"variable": variable})


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


@admin.register(MonthRollup)
class MonthRollupAdmin(CellAdmin[MonthRollup]):
    list_display = ("source_label", "version", "day", "whole", "team_id", "channel", "tier_id", "product_group_id")
    ordering = ("source", "version", "day", "team_id")


@admin.register(RollupVersion)
class RollupVersionAdmin(ReadOnlyAdmin[RollupVersion]):
    """Which versions of the figures are kept."""

    list_display = ("source_label", "version", "rules", "whole_at", "reached", "behind_since", "going")

    @admin.display(description=_("source"), ordering="source")
    def source_label(self, row: RollupVersion) -> str:
        return registry.label_of(row.source)
