"""Goals in the administration: frozen or written through the verbs."""

from django.contrib import admin
from django.forms import ModelForm
from django.http import HttpRequest

from accounts.models import User
from crm.common.admin import DomainAdmin, ReadOnlyAdmin
from metrics.engine.scope import Scope
from metrics.goals import other_changes, rollouts, targets
from metrics.goals.register_forms import OtherChangeForm, RolloutForm
from metrics.kpis import get_kpi
from metrics.models import Baseline, DriftCheck, KpiTarget, OtherChange, Rollout


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


@admin.register(DriftCheck)
class DriftCheckAdmin(ReadOnlyAdmin[DriftCheck]):
    """What a job last found of each baseline."""

    list_display = ("baseline", "asked_at", "checked_at", "present", "changed", "version")
    list_filter = ("changed",)
    list_select_related = ("baseline",)


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
            scope=Scope.of(obj),
            by=request.user,
        )
        obj.pk = made.pk


@admin.register(OtherChange)
class OtherChangeAdmin(DomainAdmin[OtherChange]):
    list_display = ("what", "happened_from", "happened_to", "team", "channel", "tier")
    list_select_related = ("team", "tier")
    search_fields = ("what",)
    form = OtherChangeForm
    may_delete = True

    def save_model(self, request: HttpRequest, obj: OtherChange, form: ModelForm[OtherChange], change: bool) -> None:
        other_changes.record_other_change(change=obj, seen=form.cleaned_data["seen"])

    def delete_model(self, request: HttpRequest, obj: OtherChange) -> None:
        other_changes.withdraw_other_change(change=obj)


@admin.register(Rollout)
class RolloutAdmin(DomainAdmin[Rollout]):
    list_display = ("__str__", "went_live_on", "phase", "transition_months")
    list_select_related = ("team",)
    autocomplete_fields = ("team",)
    form = RolloutForm
    fields = ("team", "went_live_on", "phase")
    may_delete = True

    def get_readonly_fields(self, request: HttpRequest, obj: Rollout | None = None) -> tuple[str, ...]:
        return ("team",) if obj else ()

    def save_model(self, request: HttpRequest, obj: Rollout, form: ModelForm[Rollout], change: bool) -> None:
        made = rollouts.set_go_live(
            team=obj.team, went_live_on=obj.went_live_on, phase=obj.phase, seen=form.cleaned_data["seen"]
        )
        obj.pk = made.pk

    def delete_model(self, request: HttpRequest, obj: Rollout) -> None:
        rollouts.withdraw_go_live(rollout=obj)
