from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.access import signed_in
from crm.common.admin import DomainAdmin, ReadOnlyAdmin
from crm.common.errors import DomainError
from crm.common.saving import VersionedForm
from customers.models import RetierClock, RetierMark, Tier, TierAssignment, TierMark, TierPolicy
from customers.tiers.drafting import save_draft, save_tier
from customers.tiers.tiering import publish_policy, read_rules


@admin.register(Tier)
class TierAdmin(DomainAdmin[Tier]):
    list_display = ("name", "key", "rank", "order_priority", "credit_days", "credit_limit", "max_discount")
    search_fields = ("name", "key")

    def save_model(self, request: HttpRequest, obj: Tier, form: Any, change: bool) -> None:
        save_tier(tier=obj, seen=form.cleaned_data["seen"])


class TierPolicyForm(VersionedForm[TierPolicy]):
    class Meta:
        model = TierPolicy
        fields = ("version", "measure", "window_months", "rules")

    def clean_rules(self) -> Any:
        rules = self.cleaned_data["rules"]
        try:
            read_rules(rules=rules, tiers={tier.key: tier for tier in Tier.objects.all()})
        except (DomainError, AttributeError, TypeError) as error:
            raise forms.ValidationError(str(error)) from error
        return rules


@admin.register(TierPolicy)
class TierPolicyAdmin(DomainAdmin[TierPolicy]):
    """Drafts can be edited and published; a published version stays as it is."""

    form = TierPolicyForm
    list_display = ("version", "measure", "window_months", "published_at", "published_by")
    list_select_related = ("published_by",)
    actions = ("publish",)

    def has_change_permission(self, request: HttpRequest, obj: TierPolicy | None = None) -> bool:
        published = obj is not None and obj.published_at is not None
        return not published and super().has_change_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: TierPolicy, form: Any, change: bool) -> None:
        save_draft(policy=obj, seen=form.cleaned_data["seen"])

    def has_publish_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("customers.publish_tier")

    @admin.action(description=_("Publish: the next run decides by it"), permissions=["publish"])
    def publish(self, request: HttpRequest, queryset: QuerySet[TierPolicy]) -> None:
        for policy in queryset.order_by("version"):
            try:
                publish_policy(policy=policy, by=signed_in(request), at=timezone.now())
            except DomainError as error:
                messages.error(request, str(error))
            else:
                messages.success(request, _("%(policy)s is in force.") % {"policy": policy})


@admin.register(TierAssignment)
class TierAssignmentAdmin(ReadOnlyAdmin[TierAssignment]):
    list_display = ("customer", "tier", "valid", "reason", "policy", "by")
    list_filter = ("tier", "reason")
    list_select_related = ("customer", "tier", "policy", "by")
    ordering = ("-id",)


@admin.register(TierMark)
class TierMarkAdmin(ReadOnlyAdmin[TierMark]):
    """Customers whose tier has changed and whose facts have yet to follow."""

    list_display = ("customer_id", "from_day")
    ordering = ("-id",)


@admin.register(RetierMark)
class RetierMarkAdmin(ReadOnlyAdmin[RetierMark]):
    """Customers whom the next run decides anew."""

    list_display = ("customer_id", "from_day")


@admin.register(RetierClock)
class RetierClockAdmin(ReadOnlyAdmin[RetierClock]):
    list_display = ("day", "rules")
