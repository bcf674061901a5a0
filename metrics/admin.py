"""The metrics in the administration: what the engine keeps is read-only, the rest is written through the domain."""

from typing import Any, TypeVar

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import Model
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts.models import User
from crm.common.admin import LargeModelAdmin, ReadOnlyAdmin
from crm.common.errors import DomainError
from metrics.engine.scopes import Named
from metrics.goals import targets
from metrics.goals.register_forms import OtherChangeForm, RolloutForm
from metrics.kpis import get_kpi
from metrics.models import (
    Baseline,
    Benefit,
    Clock,
    CostEntry,
    Evaluation,
    Issue,
    IssueMark,
    KpiTarget,
    LedgerMonth,
    Mark,
    OtherChange,
    RecomputeRun,
    Rollout,
    Rollup,
)
from metrics.programme import recording as programme
from metrics.programme.forms import BenefitForm, CostForm

M = TypeVar("M", bound=Model)


class DomainAdmin(LargeModelAdmin[M]):
    """What the domain refuses becomes a message, and the form opens again."""

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            with transaction.atomic():
                return super().changeform_view(request, *args, **kwargs)
        except DomainError as error:
            self.message_user(request, str(error), messages.ERROR)
            return redirect(request.get_full_path())


@admin.register(Baseline)
class BaselineAdmin(ReadOnlyAdmin[Baseline]):
    """Frozen: the database refuses every change."""

    list_display = (
        "kpi",
        "team",
        "channel",
        "tier",
        "window_from",
        "window_to",
        "value",
        "n",
        "signed_by",
        "frozen_at",
    )
    list_filter = ("kpi", "team")
    list_select_related = ("team", "tier", "signed_by")
    exclude = ("days",)


@admin.register(Evaluation)
class EvaluationAdmin(ReadOnlyAdmin[Evaluation]):
    list_display = ("kpi", "team", "as_of", "verdict", "baseline_value", "current_value", "change", "p_adjusted")
    list_filter = ("verdict", "kpi", "team")
    list_select_related = ("team",)
    date_hierarchy = "as_of"


@admin.register(Rollup)
class RollupAdmin(ReadOnlyAdmin[Rollup]):
    list_display = ("source", "version", "day", "team_id", "channel", "tier_id", "product_group_id")
    list_filter = ("source",)
    ordering = ("source", "version", "day", "team_id")


@admin.register(Mark)
class MarkAdmin(ReadOnlyAdmin[Mark]):
    list_display = ("source", "day", "team_id", "channel", "tier_id")
    list_filter = ("source",)


@admin.register(Issue)
class IssueAdmin(ReadOnlyAdmin[Issue]):
    list_display = ("customer", "purpose", "first_at", "last_at", "contacts", "channel")
    list_select_related = ("customer",)
    raw_id_fields = ("customer",)
    ordering = ("-pk",)


@admin.register(IssueMark)
class IssueMarkAdmin(ReadOnlyAdmin[IssueMark]):
    list_display = ("customer_id", "purpose")


@admin.register(Clock)
class ClockAdmin(ReadOnlyAdmin[Clock]):
    list_display = ("key", "done_until")


@admin.register(RecomputeRun)
class RecomputeRunAdmin(ReadOnlyAdmin[RecomputeRun]):
    list_display = ("started_at", "finished_at", "full", "days", "rows", "seconds")
    list_filter = ("full",)


@admin.register(LedgerMonth)
class LedgerMonthAdmin(ReadOnlyAdmin[LedgerMonth]):
    """Written by the import of the ledger."""

    list_display = ("month", "system", "currency", "revenue", "cost_of_sales", "operating_cost")
    list_filter = ("system",)
    list_select_related = ("system",)


@admin.register(KpiTarget)
class KpiTargetAdmin(DomainAdmin[KpiTarget]):
    """Targets are added, never changed: the newest of a scope is in force."""

    list_display = ("kpi", "team", "channel", "tier", "value", "due_on", "owner", "set_at")
    list_filter = ("kpi", "team")
    list_select_related = ("team", "tier", "owner")
    autocomplete_fields = ("owner", "team")
    exclude = ("set_by",)

    def has_change_permission(self, request: HttpRequest, obj: KpiTarget | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: KpiTarget, form: ModelForm[KpiTarget], change: bool) -> None:
        assert isinstance(request.user, User)
        made = targets.set_target(
            kpi=get_kpi(obj.kpi),
            value=obj.value,
            due_on=obj.due_on,
            owner=obj.owner,
            scope=Named(team=obj.team, channel=obj.channel, tier=obj.tier),
            by=request.user,
        )
        obj.pk = made.pk


@admin.register(Rollout)
class RolloutAdmin(DomainAdmin[Rollout]):
    list_display = ("team", "went_live_on", "phase")
    list_select_related = ("team",)
    autocomplete_fields = ("team",)
    form = RolloutForm
    fields = ("team", "went_live_on", "phase")
    may_delete = True

    def save_model(self, request: HttpRequest, obj: Rollout, form: ModelForm[Rollout], change: bool) -> None:
        made = programme.set_go_live(team=obj.team, went_live_on=obj.went_live_on, phase=obj.phase)
        obj.pk = made.pk

    def delete_model(self, request: HttpRequest, obj: Rollout) -> None:
        programme.withdraw_go_live(rollout=obj)


@admin.register(OtherChange)
class OtherChangeAdmin(DomainAdmin[OtherChange]):
    list_display = ("what", "happened_from", "happened_to", "team", "channel", "tier")
    list_select_related = ("team", "tier")
    search_fields = ("what",)
    form = OtherChangeForm
    may_delete = True

    def save_model(self, request: HttpRequest, obj: OtherChange, form: ModelForm[OtherChange], change: bool) -> None:
        programme.record_other_change(change=obj)

    def delete_model(self, request: HttpRequest, obj: OtherChange) -> None:
        programme.withdraw_other_change(change=obj)


@admin.register(CostEntry)
class CostEntryAdmin(DomainAdmin[CostEntry]):
    list_display = ("date", "category", "phase", "currency", "planned", "actual")
    list_filter = ("category",)
    date_hierarchy = "date"
    form = CostForm
    may_delete = True

    def save_model(self, request: HttpRequest, obj: CostEntry, form: ModelForm[CostEntry], change: bool) -> None:
        programme.record_cost(cost=obj)

    def delete_model(self, request: HttpRequest, obj: CostEntry) -> None:
        programme.withdraw_cost(cost=obj)


@admin.register(Benefit)
class BenefitAdmin(DomainAdmin[Benefit]):
    list_display = ("name", "hardness", "kpi", "team", "unit_value", "share")
    list_filter = ("hardness",)
    list_select_related = ("team",)
    search_fields = ("name",)
    form = BenefitForm
    may_delete = True

    def save_model(self, request: HttpRequest, obj: Benefit, form: ModelForm[Benefit], change: bool) -> None:
        programme.record_benefit(benefit=obj)

    def delete_model(self, request: HttpRequest, obj: Benefit) -> None:
        programme.withdraw_benefit(benefit=obj)
