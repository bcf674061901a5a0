"""Whose ledger counts how far, in the administration."""

from django.contrib import admin
from django.forms import ModelForm
from django.http import HttpRequest

from accounts.access import signed_in
from crm.common.admin import DomainAdmin
from metrics.kpis import whose_ledger
from metrics.models import LedgerShare


@admin.register(LedgerShare)
class LedgerShareAdmin(DomainAdmin[LedgerShare]):
    list_display = ("system", "share", "reason", "set_by", "set_at")
    list_select_related = ("system", "set_by")
    autocomplete_fields = ("system",)
    fields = ("system", "share", "reason")
    may_delete = True

    def get_readonly_fields(self, request: HttpRequest, obj: LedgerShare | None = None) -> tuple[str, ...]:
        return ("system",) if obj else ()

    def save_model(self, request: HttpRequest, obj: LedgerShare, form: ModelForm[LedgerShare], change: bool) -> None:
        whose_ledger.set_share(share=obj, by=signed_in(request), seen=form.cleaned_data["seen"])

    def delete_model(self, request: HttpRequest, obj: LedgerShare) -> None:
        whose_ledger.withdraw_share(share=obj)
