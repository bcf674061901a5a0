"""What after-sales mended. A repair stands on its customer as orders and invoices do."""

from typing import ClassVar

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from customers.models.customers import Customer
from customers.models.trade import Product
from customers.querysets.trade import RepairQuerySet


class Repair(models.Model):
    """A repair; open until it has `closed_at`. `cost` is in the company's currency, null where it is not known."""

    number = models.CharField(_("number"), max_length=200, db_collation="C")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="repairs", db_index=False)
    product = models.ForeignKey(
        Product, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    opened_at = models.DateTimeField(_("opened"))
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    cost = models.DecimalField(_("cost"), max_digits=18, decimal_places=4, null=True, blank=True)
    under_warranty = models.BooleanField(_("under warranty"), default=False)
    description = models.TextField(_("description"), blank=True)

    objects: ClassVar[RepairQuerySet["Repair"]] = RepairQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("repair")
        verbose_name_plural = _("repairs")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(closed_at=None) | models.Q(closed_at__gte=models.F("opened_at")),
                name="repair_closed_after_opened",
            ),
        ]
        indexes = [
            models.Index(fields=["customer", "-opened_at", "-id"], name="repair_customer"),
            models.Index(
                fields=["customer", "-closed_at", "-id"],
                condition=models.Q(closed_at__isnull=False),
                name="repair_customer_closed",
            ),
            models.Index(fields=["opened_at", "id"], name="repair_opened"),
            models.Index(fields=["product"], condition=models.Q(product__isnull=False), name="repair_product"),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        """It has no page of its own: it stands in its customer's list."""
        return reverse("customers:repairs", args=[self.customer_id])
