from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from crm.common.admin import LargeModelAdmin, ReadOnlyAdmin
from crm.common.errors import DomainError
from customers import models
from customers.domain import calls, customers, settings, tiering
from customers.domain.survivorship import FIELDS
from customers.queries import search


class SettingAdmin(LargeModelAdmin[Any]):
    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        settings.save_setting(row=obj)


@admin.register(models.SourceSystem)
class SourceSystemAdmin(SettingAdmin):
    list_display = ("name", "key", "rank")
    search_fields = ("name", "key")


@admin.register(models.Tier)
class TierAdmin(SettingAdmin):
    list_display = ("name", "rank", "order_priority", "credit_days", "credit_limit", "max_discount")
    search_fields = ("name", "key")


@admin.register(models.ExchangeRate)
class ExchangeRateAdmin(SettingAdmin):
    list_display = ("currency", "day", "rate")
    list_filter = ("currency",)
    ordering = ("-day", "currency")


@admin.register(models.ProductGroup)
class ProductGroupAdmin(SettingAdmin):
    search_fields = ("name",)


@admin.register(models.Product)
class ProductAdmin(SettingAdmin):
    list_display = ("code", "name", "group", "unit_cost", "system")
    list_select_related = ("group", "system")
    search_fields = ("code", "name")
    autocomplete_fields = ("group", "system")


class PolicyForm(forms.ModelForm[models.TierPolicy]):
    class Meta:
        model = models.TierPolicy
        fields = ("version", "measure", "window_months", "rules")

    def clean_rules(self) -> Any:
        rules = self.cleaned_data["rules"]
        try:
            settings.check_rules(rules=rules)
        except DomainError as error:
            raise ValidationError(str(error)) from error
        return rules


@admin.register(models.TierPolicy)
class TierPolicyAdmin(LargeModelAdmin[models.TierPolicy]):
    form = PolicyForm
    list_display = ("version", "measure", "window_months", "published_at", "published_by")
    list_select_related = ("published_by",)
    actions = ("publish",)

    def has_change_permission(self, request: HttpRequest, obj: models.TierPolicy | None = None) -> bool:
        return (obj is None or obj.published_at is None) and super().has_change_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: models.TierPolicy, form: Any, change: bool) -> None:
        settings.save_draft(policy=obj)

    @admin.action(description=_("Publish the chosen version"), permissions=["publish"])
    def publish(self, request: HttpRequest, queryset: QuerySet[models.TierPolicy]) -> None:
        assert isinstance(request.user, User)
        for policy in queryset:
            try:
                tiering.publish_policy(policy=policy, by=request.user, at=timezone.now())
            except DomainError as error:
                messages.error(request, str(error))

    def has_publish_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("customers.publish_tier"))


@admin.register(models.Queue)
class QueueAdmin(LargeModelAdmin[models.Queue]):
    list_display = ("name", "team", "purpose")
    list_select_related = ("team",)
    fields = ("name", "team", "purpose")
    readonly_fields = ("name",)
    autocomplete_fields = ("team",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: models.Queue, form: Any, change: bool) -> None:
        calls.assign_queue(queue=obj, team=obj.team, purpose=obj.purpose)


@admin.register(models.Customer)
class CustomerAdmin(LargeModelAdmin[models.Customer]):
    """Found by the product's own search, written as what a person says of the customer."""

    list_display = ("name", "kind", "tier", "city", "country", "last_contact_at")
    list_filter = ("kind", "tier")
    list_select_related = ("tier",)
    search_fields = ("name",)
    fields = FIELDS
    ordering = ("name", "id")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[models.Customer], search_term: str
    ) -> tuple[QuerySet[models.Customer], bool]:
        sought = search.read(search_term)
        if not search_term.strip():
            return queryset, False
        return queryset.filter(pk__in=search.matching(models.Customer.objects.all(), sought).values("pk")), False

    def save_model(self, request: HttpRequest, obj: models.Customer, form: Any, change: bool) -> None:
        fields = {name: form.cleaned_data[name] for name in FIELDS}
        if change:
            stored = models.Customer.objects.get(pk=obj.pk)
            customers.change_customer(customer=stored, fields=fields, seen=customers.version(stored))
        else:
            obj.pk = customers.create_customer(fields=fields).pk
            obj._state.adding = False  # noqa: SLF001 (saved by the domain, not by the form)


def show_only(
    model: type[Model],
    *columns: str,
    related: tuple[str, ...] = (),
    search: tuple[str, ...] = (),
    filters: tuple[str, ...] = (),
) -> None:
    """Register what only files and the pages write; newest first, found by exact number or key."""
    attributes = {
        "list_display": columns,
        "list_select_related": related or (),
        "search_fields": search,
        "list_filter": filters,
        "ordering": ("-pk",),
    }
    admin.site.register(model, type(f"{model.__name__}Admin", (ReadOnlyAdmin,), attributes))


show_only(models.Contact, "name", "customer", "job_title", "email", "phone", related=("customer",), search=("=email",))
show_only(
    models.ContactPoint, "raw", "kind", "customer", related=("customer",), search=("=normalised",), filters=("kind",)
)
show_only(
    models.Interaction, "occurred_at", "customer", "channel", "direction", "purpose", "agent_name",
    related=("customer",), filters=("channel", "direction"),
)  # fmt: skip
show_only(models.CallEvent, "at", "callid", "queue", "agent", "event", search=("=callid",))
show_only(
    models.Call, "entered_at", "callid", "queue", "outcome", "agent_name", related=("queue",), search=("=callid",)
)
show_only(
    models.SourceRecord, "system", "kind", "external_id", "changed_at", related=("system",), search=("=external_id",),
    filters=("system", "kind"),
)  # fmt: skip
show_only(
    models.ImportBatch, "created_at", "system", "kind", "filename", "state", "rows", "rejected", related=("system",)
)
show_only(models.ImportReject, "batch", "line", "column", "reason", related=("batch",))
show_only(models.ParkedRow, "system", "kind", "external_id", "waits_for_kind", "waits_for_id", related=("system",))
show_only(models.TierAssignment, "customer", "tier", "valid", "reason", related=("customer", "tier"), filters=("tier",))
show_only(
    models.Order, "number", "customer", "placed_at", "status", "amount", "currency", related=("customer",),
    search=("=number",), filters=("status",),
)  # fmt: skip
show_only(models.OrderLine, "order", "product", "quantity", "unit_price", related=("order", "product"))
show_only(
    models.Invoice, "number", "customer", "issued_on", "due_on", "amount", "paid", related=("customer",),
    search=("=number",),
)  # fmt: skip
show_only(models.Payment, "invoice", "paid_on", "amount", related=("invoice",))
