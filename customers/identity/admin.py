from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from crm.common import jobs
from crm.common.admin import DomainAdmin, ReadOnlyAdmin
from customers.identity import search
from customers.identity.editing import change_customer, create_customer
from customers.identity.forms import CustomerForm
from customers.identity.tasks import settle_trust
from customers.identity.trust import save_system
from customers.models import (
    Contact,
    ContactPoint,
    ContactSpelling,
    Customer,
    CustomerSpelling,
    CustomerTag,
    Follow,
    GroupMember,
    Match,
    MatchRun,
    Merge,
    MergedRow,
    MergeRule,
    PointMark,
    Relation,
    SharedKey,
    SourceSystem,
    SurvivorshipRule,
    Tag,
    TrustChange,
    Visit,
)


@admin.register(Customer)
class CustomerAdmin(DomainAdmin[Customer]):
    form = CustomerForm
    list_display = ("name", "kind", "tier", "city", "country", "last_contact_at")
    list_filter = ("kind", "tier")
    list_select_related = ("tier",)
    search_fields = ("name",)
    search_help_text = _("Name, phone, e-mail or order number")
    ordering = ("search", "id")
    readonly_fields = ("tier", "last_contact_at", "created_at", "updated_at")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Customer], search_term: str
    ) -> tuple[QuerySet[Customer], bool]:
        if not search_term.strip():
            return queryset, False
        found = search.matching(Customer.objects.visible_to(request.user), search.read(search_term))
        return queryset.filter(pk__in=found.values("pk")), False

    def save_model(self, request: HttpRequest, obj: Customer, form: Any, change: bool) -> None:
        if change:
            change_customer(customer=obj, fields=form.fields_set(), seen=form.cleaned_data["seen"])
        else:
            obj.pk = create_customer(fields=form.fields_set()).pk
        obj.refresh_from_db()


@admin.register(Contact)
class ContactAdmin(ReadOnlyAdmin[Contact]):
    """People at customers; they are typed in and changed on the page of their customer."""

    list_display = ("name", "customer", "job_title", "email", "phone")
    list_select_related = ("customer",)
    search_fields = ("name__exact",)
    ordering = ("-id",)


@admin.register(ContactPoint)
class ContactPointAdmin(ReadOnlyAdmin[ContactPoint]):
    list_display = ("raw", "kind", "customer", "contact", "source_record")
    list_filter = ("kind",)
    list_select_related = ("customer", "contact", "source_record")
    search_fields = ("normalised__exact",)
    ordering = ("-id",)


@admin.register(SourceSystem)
class SourceSystemAdmin(DomainAdmin[SourceSystem]):
    """A changed rank of trust lets the customers this system speaks of take their fields anew; a worker does it."""

    list_display = ("name", "key", "rank")
    search_fields = ("name", "key")

    def get_readonly_fields(self, request: HttpRequest, obj: SourceSystem | None = None) -> tuple[str, ...]:
        return ("key",) if obj else ()

    def save_model(self, request: HttpRequest, obj: SourceSystem, form: Any, change: bool) -> None:
        save_system(system=obj, seen=form.cleaned_data["seen"])
        if "rank" in form.changed_data and change:
            jobs.wake(settle_trust)
            self.message_user(request, _("The customers it speaks of take their fields anew in the background."))


@admin.register(TrustChange)
class TrustChangeAdmin(ReadOnlyAdmin[TrustChange]):
    """Systems whose rank of trust has changed, and rules, until the customers concerned took their fields anew."""

    list_display = ("__str__", "after_id")
    list_select_related = ("system",)


@admin.register(SurvivorshipRule)
class SurvivorshipRuleAdmin(ReadOnlyAdmin[SurvivorshipRule]):
    """Changed on a page of their own, which says beforehand how many values that would change."""

    list_display = ("field", "rule", "systems", "changed_by", "changed_at")
    list_select_related = ("changed_by",)
    ordering = ("field",)


@admin.register(PointMark)
class PointMarkAdmin(ReadOnlyAdmin[PointMark]):
    """Numbers and addresses that came or went, until what is known by them was looked at once more."""

    list_display = ("normalised", "kind", "customer_id")
    ordering = ("-id",)


@admin.register(CustomerSpelling)
class CustomerSpellingAdmin(ReadOnlyAdmin[CustomerSpelling]):
    """How names with Chinese characters are typed in Latin letters."""

    list_display = ("spelt", "customer_id")
    ordering = ("-customer_id",)


@admin.register(ContactSpelling)
class ContactSpellingAdmin(ReadOnlyAdmin[ContactSpelling]):
    list_display = ("spelt", "contact_id")
    ordering = ("-contact_id",)


@admin.register(Tag)
class TagAdmin(ReadOnlyAdmin[Tag]):
    list_display = ("name", "colour")
    search_fields = ("name",)


@admin.register(CustomerTag)
class CustomerTagAdmin(ReadOnlyAdmin[CustomerTag]):
    list_display = ("customer", "tag")
    list_select_related = ("customer", "tag")
    ordering = ("-id",)


@admin.register(Follow)
class FollowAdmin(ReadOnlyAdmin[Follow]):
    list_display = ("user", "customer", "since", "told_until")
    list_select_related = ("user", "customer")
    ordering = ("-id",)


@admin.register(Visit)
class VisitAdmin(ReadOnlyAdmin[Visit]):
    list_display = ("user", "customer", "at")
    list_select_related = ("user", "customer")
    ordering = ("-id",)


@admin.register(Merge)
class MergeAdmin(ReadOnlyAdmin[Merge]):
    """Customers that became one; made and undone by the commands `merge` and `unmerge`."""

    list_display = ("name", "absorbed_id", "survivor_id", "how", "by", "at", "undone_at")
    list_filter = ("how",)
    list_select_related = ("by",)
    search_fields = ("absorbed_id__exact", "survivor_id__exact")
    ordering = ("-id",)


@admin.register(MergedRow)
class MergedRowAdmin(ReadOnlyAdmin[MergedRow]):
    """Rows that stand with a survivor and go with the absorbed customer when their merge is undone."""

    list_display = ("relation", "row_id", "merge", "is_aside")
    list_select_related = ("merge",)
    ordering = ("-id",)


@admin.register(Match)
class MatchAdmin(ReadOnlyAdmin[Match]):
    """Pairs of customers that may be one, and what was said of them."""

    list_display = ("left_id", "right_id", "score", "state", "decided_by", "decided_at")
    list_filter = ("state", "kind")
    list_select_related = ("decided_by",)
    search_fields = ("left_id__exact", "right_id__exact")
    ordering = ("-id",)


@admin.register(MatchRun)
class MatchRunAdmin(ReadOnlyAdmin[MatchRun]):
    list_display = ("created_at", "what", "how", "state", "proposed", "withdrawn", "merged", "asked_by")
    list_select_related = ("asked_by",)


@admin.register(MergeRule)
class MergeRuleAdmin(ReadOnlyAdmin[MergeRule]):
    """Switched on the page of duplicates."""

    list_display = ("is_on", "least", "changed_by", "changed_at")
    list_select_related = ("changed_by",)
    ordering = ("id",)


@admin.register(SharedKey)
class SharedKeyAdmin(ReadOnlyAdmin[SharedKey]):
    """Keys that more records have than one customer can; they link none of them."""

    list_display = ("key", "at", "is_apart")
    search_fields = ("key",)
    ordering = ("-id",)


@admin.register(Relation)
class RelationAdmin(ReadOnlyAdmin[Relation]):
    list_display = ("kind", "customer_id", "to_id", "by", "at")
    list_filter = ("kind",)
    list_select_related = ("by",)
    ordering = ("-id",)


@admin.register(GroupMember)
class GroupMemberAdmin(ReadOnlyAdmin[GroupMember]):
    list_display = ("kind", "root_id", "customer_id", "parent_id")
    list_filter = ("kind",)
    ordering = ("-id",)
