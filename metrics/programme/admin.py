"""Costs and benefits, written through the verbs."""

from django.contrib import admin
from django.forms import ModelForm
from django.http import HttpRequest

from crm.common.admin import DomainAdmin
from metrics.models import Benefit, CostEntry
from metrics.programme import recording
from metrics.programme.forms import BenefitForm, CostForm


@admin.register(Benefit)
class BenefitAdmin(DomainAdmin[Benefit]):
    list_display = ("name", "hardness", "kpi", "team", "unit_value", "share")
    list_filter = ("hardness",)
    list_select_related = ("team",)
    search_fields = ("name",)
    form = BenefitForm
    may_delete = True

    def save_model(self, request: HttpRequest, obj: Benefit, form: ModelForm[Benefit], change: bool) -> None:
        recording.record_benefit(benefit=obj, seen=form.cleaned_data["seen"])

    def delete_model(self, request: HttpRequest, obj: Benefit) -> None:
        recording.withdraw_benefit(benefit=obj)


@admin.register(CostEntry)
class CostEntryAdmin(DomainAdmin[CostEntry]):
    list_display = ("date", "category", "phase", "currency", "planned", "actual")
    list_filter = ("category",)
    date_hierarchy = "date"
    form = CostForm
    may_delete = True

    def save_model(self, request: HttpRequest, obj: CostEntry, form: ModelForm[CostEntry], change: bool) -> None:
        recording.record_cost(cost=obj, seen=form.cleaned_data["seen"])

    def delete_model(self, request: HttpRequest, obj: CostEntry) -> None:
        recording.withdraw_cost(cost=obj)
