"""Figures of trade that lists sort by and pages show: what each customer bought in twelve months and owes today."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from customers.models.customers import Customer


class CustomerFigures(models.Model):
    """In the company's currency (`customers.trade.figures`), as they are since `as_of`; no row without any trade.

    `profit` counts the lines whose cost is known. `overdue_since`: when the oldest unpaid invoice fell due. `orders`
    and `ordered` are of all times. What may be empty was not worked out yet: the rest is of before it was kept.
    """

    customer = models.OneToOneField(Customer, on_delete=models.CASCADE, primary_key=True, related_name="figures")
    revenue = models.DecimalField(_("revenue, 12 months"), max_digits=20, decimal_places=4, default=0)
    profit = models.DecimalField(_("profit, 12 months"), max_digits=20, decimal_places=4, default=0)
    open = models.DecimalField(_("owes"), max_digits=20, decimal_places=4, default=0)
    overdue = models.DecimalField(_("overdue"), max_digits=20, decimal_places=4, default=0)
    overdue_since = models.DateField(null=True, blank=True)
    cost = models.DecimalField(_("known cost, 12 months"), max_digits=20, decimal_places=4, null=True)
    orders = models.IntegerField(_("orders"), null=True)
    ordered = models.DecimalField(_("ordered"), max_digits=20, decimal_places=4, null=True)
    due = models.DecimalField(_("due, 12 months"), max_digits=20, decimal_places=4, null=True)
    on_time = models.DecimalField(_("paid on time, 12 months"), max_digits=20, decimal_places=4, null=True)
    overdue_invoices = models.IntegerField(_("overdue invoices"), null=True)
    as_of = models.DateField()

    class Meta:
        verbose_name = _("figures of a customer")
        verbose_name_plural = _("figures of customers")
        default_permissions = ("view",)
        # With the other figures, so that who does not fit by them is passed over within the index.
        indexes = [
            models.Index(fields=["revenue", "customer", "profit", "overdue"], name="figures_by_revenue"),
            models.Index(fields=["profit", "customer", "revenue", "overdue"], name="figures_by_profit"),
            models.Index(fields=["overdue", "customer", "revenue", "profit"], name="figures_by_overdue"),
        ]

    def __str__(self) -> str:
        return str(self.customer_id)


class FigureMark(models.Model):
    """A customer whose trade changed, until the figures have followed; append-only, as writers wait for nobody."""

    customer_id = models.BigIntegerField()

    class Meta:
        verbose_name = _("figure mark")
        verbose_name_plural = _("figure marks")
        default_permissions = ("view",)
        indexes = [models.Index(fields=["customer_id"], name="figure_mark_customer")]

    def __str__(self) -> str:
        return str(self.customer_id)


class FiguresClock(models.Model):
    """How far the clock has taken the figures: those of customers up to `up_to` are as of `day` (null: all are)."""

    id = models.SmallIntegerField(primary_key=True, default=1, editable=False)
    day = models.DateField()
    up_to = models.BigIntegerField(null=True, default=0)

    class Meta:
        verbose_name = _("clock of the figures")
        verbose_name_plural = _("clock of the figures")
        default_permissions = ("view",)
        constraints = [models.CheckConstraint(name="figures_clock_one_row", condition=models.Q(id=1))]

    def __str__(self) -> str:
        return f"{self.day}: {self.up_to}"
