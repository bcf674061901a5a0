"""What is kept of the hygiene: read-only."""

from django.contrib import admin

from crm.common.admin import ReadOnlyAdmin
from customers.models import CustomerHygiene, HygieneClock, HygieneCount, HygieneDay, HygieneMark


@admin.register(CustomerHygiene)
class CustomerHygieneAdmin(ReadOnlyAdmin[CustomerHygiene]):
    list_display = ("customer_id", "system_id", "confirmed", "codes")
    ordering = ("customer_id",)


@admin.register(HygieneCount)
class HygieneCountAdmin(ReadOnlyAdmin[HygieneCount]):
    list_display = ("code", "customers", "owner_id", "team_id", "tier_id", "system_id")


@admin.register(HygieneMark)
class HygieneMarkAdmin(ReadOnlyAdmin[HygieneMark]):
    list_display = ("customer_id",)


@admin.register(HygieneClock)
class HygieneClockAdmin(ReadOnlyAdmin[HygieneClock]):
    list_display = ("revision", "up_to")


@admin.register(HygieneDay)
class HygieneDayAdmin(ReadOnlyAdmin[HygieneDay]):
    list_display = ("day", "team_id", "tier_id", "system_id", "customers")
    ordering = ("-day", "id")
