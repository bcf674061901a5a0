from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from crm.common.admin import DomainAdmin, ReadOnlyAdmin
from customers.models import (
    CustomerFigures,
    ExchangeRate,
    FigureMark,
    FiguresClock,
    Invoice,
    Order,
    OrderLine,
    Payment,
    Product,
    ProductGroup,
    Repair,
)
from customers.trade.products import assign_group, save_group
from customers.trade.rates import set_rate


@admin.register(ExchangeRate)
class ExchangeRateAdmin(DomainAdmin[ExchangeRate]):
    list_display = ("currency", "day", "rate")
    list_filter = ("currency",)
    ordering = ("currency", "-day")

    def save_model(self, request: HttpRequest, obj: ExchangeRate, form: Any, change: bool) -> None:
        set_rate(rate=obj, seen=form.cleaned_data["seen"])


@admin.register(ProductGroup)
class ProductGroupAdmin(DomainAdmin[ProductGroup]):
    list_display = ("name",)
    search_fields = ("name",)

    def save_model(self, request: HttpRequest, obj: ProductGroup, form: Any, change: bool) -> None:
        save_group(group=obj, seen=form.cleaned_data["seen"])


@admin.register(Product)
class ProductAdmin(DomainAdmin[Product]):
    """Products come from files; the group is decided here."""

    list_display = ("code", "name", "group", "unit_cost", "system")
    list_select_related = ("group", "system")
    search_fields = ("code__exact",)
    autocomplete_fields = ("group",)
    readonly_fields = ("system", "code", "name", "unit_cost")
    ordering = ("-id",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Product, form: Any, change: bool) -> None:
        assign_group(product=obj, group=obj.group, seen=form.cleaned_data["seen"])


@admin.register(Order)
class OrderAdmin(ReadOnlyAdmin[Order]):
    list_display = ("number", "customer", "placed_at", "status", "amount", "currency", "team", "tier")
    list_filter = ("status",)
    list_select_related = ("customer", "team", "tier")
    search_fields = ("number__exact",)
    ordering = ("-id",)


@admin.register(OrderLine)
class OrderLineAdmin(ReadOnlyAdmin[OrderLine]):
    list_display = ("order", "product", "quantity", "unit_price", "unit_cost", "day", "counted")
    list_select_related = ("order", "product")
    search_fields = ("order__number__exact",)
    ordering = ("-id",)


@admin.register(Invoice)
class InvoiceAdmin(ReadOnlyAdmin[Invoice]):
    list_display = ("number", "customer", "issued_on", "due_on", "amount", "currency", "paid", "settled_on")
    list_select_related = ("customer",)
    search_fields = ("number__exact",)
    ordering = ("-id",)


@admin.register(Payment)
class PaymentAdmin(ReadOnlyAdmin[Payment]):
    list_display = ("invoice", "paid_on", "amount")
    list_select_related = ("invoice",)
    search_fields = ("invoice__number__exact",)
    ordering = ("-id",)


@admin.register(Repair)
class RepairAdmin(ReadOnlyAdmin[Repair]):
    list_display = ("number", "customer", "product", "opened_at", "closed_at", "cost", "under_warranty")
    list_filter = ("under_warranty",)
    list_select_related = ("customer", "product")
    search_fields = ("number__exact",)
    ordering = ("-id",)


@admin.register(CustomerFigures)
class CustomerFiguresAdmin(ReadOnlyAdmin[CustomerFigures]):
    list_display = ("customer", "revenue", "profit", "open", "overdue", "as_of")
    list_select_related = ("customer",)
    ordering = ("-customer",)


@admin.register(FigureMark)
class FigureMarkAdmin(ReadOnlyAdmin[FigureMark]):
    list_display = ("id", "customer_id")
    ordering = ("-id",)


@admin.register(FiguresClock)
class FiguresClockAdmin(ReadOnlyAdmin[FiguresClock]):
    list_display = ("day", "up_to")
