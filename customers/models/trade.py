"""What customers buy, are billed, and pay. Amounts stand in the record's currency and in the company's.

`day` is the company's day of the fact and `tier_id` the customer's tier as of that day (null: none yet); both are
stored so that a KPI recompute joins nothing. `*_company` amounts are in the company's currency at the day's rate.
"""

from typing import ClassVar

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Team
from crm.common.audit.tracking import tracked
from crm.common.sqlfunctions import CrmDay, CrmInvoiceOpen
from customers.models.customers import Customer
from customers.querysets.trade import InvoiceQuerySet, OrderQuerySet

OPEN_IN_COMPANY = CrmInvoiceOpen("amount", "paid", "amount_company")


@tracked()
class ExchangeRate(models.Model):
    """Units of the company's currency for one unit of `currency`, valid from `day` until the next row."""

    currency = models.CharField(_("currency"), max_length=3)
    day = models.DateField(_("from"))
    rate = models.DecimalField(_("rate"), max_digits=18, decimal_places=8)

    class Meta:
        verbose_name = _("exchange rate")
        verbose_name_plural = _("exchange rates")
        constraints = [
            models.UniqueConstraint(fields=["currency", "day"], name="exchange_rate_unique"),
            models.CheckConstraint(condition=models.Q(rate__gt=0), name="exchange_rate_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.currency} {self.day}: {self.rate}"


@tracked()
class ProductGroup(models.Model):
    name = models.CharField(_("name"), max_length=150, unique=True)

    class Meta:
        verbose_name = _("product group")
        verbose_name_plural = _("product groups")

    def __str__(self) -> str:
        return self.name


@tracked(insert=False, fields=("id", "system", "code", "group"))
class Product(models.Model):
    """Something sold. `code` is unique within its source system; `unit_cost` is used where an order line has none."""

    system = models.ForeignKey("customers.SourceSystem", on_delete=models.PROTECT, related_name="+")
    code = models.CharField(_("code"), max_length=100, db_collation="C")
    name = models.CharField(_("name"), max_length=300, blank=True)
    group = models.ForeignKey(ProductGroup, on_delete=models.SET_NULL, null=True, blank=True, related_name="products")
    unit_cost = models.DecimalField(_("unit cost"), max_digits=18, decimal_places=4, null=True, blank=True)

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")
        constraints = [models.UniqueConstraint(fields=["system", "code"], name="product_code_unique")]

    def __str__(self) -> str:
        return self.name or self.code


class Order(models.Model):
    """An order; without a customer it is a walk-in sale. Negative lines are returns."""

    class Status(models.TextChoices):
        PLACED = "placed", _("placed")
        SHIPPED = "shipped", _("shipped")
        CANCELLED = "cancelled", _("cancelled")
        RETURNED = "returned", _("returned")

    number = models.CharField(_("number"), max_length=200, db_collation="C")
    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, null=True, blank=True, related_name="orders", db_index=False
    )
    placed_at = models.DateTimeField(_("placed"))
    day = models.GeneratedField(expression=CrmDay("placed_at"), output_field=models.DateField(), db_persist=True)
    status = models.CharField(_("status"), max_length=10, choices=Status.choices)
    currency = models.CharField(_("currency"), max_length=3)
    amount = models.DecimalField(_("amount"), max_digits=18, decimal_places=4)
    amount_company = models.DecimalField(max_digits=18, decimal_places=4)
    team = models.ForeignKey(Team, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False)
    tier = models.ForeignKey(
        "customers.Tier",
        on_delete=models.DO_NOTHING,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )

    objects: ClassVar[OrderQuerySet["Order"]] = OrderQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        indexes = [
            models.Index(fields=["customer", "-placed_at", "-id"], name="order_customer"),
            models.Index(fields=["number", "id"], name="order_by_number"),
            models.Index(fields=["placed_at", "id"], name="order_placed"),
            models.Index(fields=["amount_company", "id"], name="order_amount"),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("customers:order", args=[self.pk])


class OrderLine(models.Model):
    """One line of an order. `cost_company` is null where the cost is unknown. Facts are copied from the order."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    quantity = models.DecimalField(_("quantity"), max_digits=16, decimal_places=4)
    unit_price = models.DecimalField(_("unit price"), max_digits=18, decimal_places=4)
    unit_cost = models.DecimalField(_("unit cost"), max_digits=18, decimal_places=4, null=True)
    amount_company = models.DecimalField(max_digits=18, decimal_places=4)
    cost_company = models.DecimalField(max_digits=18, decimal_places=4, null=True)
    day = models.DateField()
    counted = models.BooleanField(default=True, help_text=_("False when the order is cancelled."))
    team = models.ForeignKey(Team, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    tier = models.ForeignKey(
        "customers.Tier", on_delete=models.DO_NOTHING, null=True, related_name="+", db_index=False, db_constraint=False
    )
    product_group = models.ForeignKey(
        ProductGroup, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )

    class Meta:
        verbose_name = _("order line")
        verbose_name_plural = _("order lines")
        permissions = [("view_cost", _("Can see what goods cost"))]
        indexes = [models.Index(fields=["product"], name="order_line_product")]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.unit_price}"


class Invoice(models.Model):
    """A bill. `paid`, `paid_on_time` (both capped at the amount) and `settled_on` follow from its payments."""

    number = models.CharField(_("number"), max_length=200, db_collation="C")
    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, null=True, blank=True, related_name="invoices", db_index=False
    )
    order = models.ForeignKey(Order, on_delete=models.SET_NULL, null=True, blank=True, related_name="invoices")
    issued_on = models.DateField(_("issued"))
    due_on = models.DateField(_("due"))
    currency = models.CharField(_("currency"), max_length=3)
    amount = models.DecimalField(_("amount"), max_digits=18, decimal_places=4)
    amount_company = models.DecimalField(max_digits=18, decimal_places=4)
    paid = models.DecimalField(_("paid"), max_digits=18, decimal_places=4, default=0)
    paid_on_time = models.DecimalField(_("paid on time"), max_digits=18, decimal_places=4, default=0)
    settled_on = models.DateField(_("settled"), null=True, blank=True)
    team = models.ForeignKey(Team, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False)
    tier = models.ForeignKey(
        "customers.Tier",
        on_delete=models.DO_NOTHING,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )

    objects: ClassVar[InvoiceQuerySet["Invoice"]] = InvoiceQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("invoice")
        verbose_name_plural = _("invoices")
        indexes = [
            models.Index(fields=["customer", "-due_on"], name="invoice_customer"),
            models.Index(fields=["customer", "-issued_on", "-id"], name="invoice_timeline"),
            models.Index(
                fields=["customer", "due_on"], condition=models.Q(paid__lt=models.F("amount")), name="invoice_open"
            ),
            models.Index(fields=["number", "id"], name="invoice_by_number"),
            models.Index(fields=["issued_on", "id"], name="invoice_issued"),
            models.Index(fields=["amount_company", "id"], name="invoice_amount"),
            models.Index(fields=["settled_on", "id"], name="invoice_settled"),
            models.Index(OPEN_IN_COMPANY, "id", name="invoice_by_open"),
            models.Index(
                fields=["due_on", "id"], condition=models.Q(paid__lt=models.F("amount")), name="invoice_open_due"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("customers:invoice", args=[self.pk])


class Payment(models.Model):
    """Money received for an invoice, in the invoice's currency. Whose it is follows from the invoice, by triggers."""

    invoice = models.ForeignKey(Invoice, on_delete=models.CASCADE, related_name="payments")
    customer_id = models.BigIntegerField(null=True, editable=False)
    paid_on = models.DateField(_("paid"))
    amount = models.DecimalField(_("amount"), max_digits=18, decimal_places=4)

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        indexes = [models.Index(fields=["customer_id", "-paid_on", "-id"], name="payment_timeline")]

    def __str__(self) -> str:
        return f"{self.paid_on}: {self.amount}"
