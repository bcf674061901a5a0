"""What the programme costs, what it returns, and the company's ledger by month."""

from typing import ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Team
from crm.common.audit.tracking import tracked
from customers.models import SourceSystem
from metrics.querysets import GoalQuerySet, MoneyQuerySet, goals, money


class LedgerMonth(models.Model):
    """A month of the finance ledger, in the company's currency (`*_company`) and its own.

    `share`, how far it counts to the company's, is the database's to say (`ledger_as_counted`), from 0 to 1.
    """

    system = models.ForeignKey(SourceSystem, on_delete=models.PROTECT, related_name="+")
    month = models.DateField(_("month"), help_text=_("Its first day."))
    currency = models.CharField(_("currency"), max_length=3)
    revenue = models.DecimalField(_("revenue"), max_digits=18, decimal_places=4)
    cost_of_sales = models.DecimalField(_("cost of sales"), max_digits=18, decimal_places=4)
    operating_cost = models.DecimalField(_("operating cost"), max_digits=18, decimal_places=4)
    revenue_company = models.DecimalField(max_digits=18, decimal_places=4)
    cost_of_sales_company = models.DecimalField(max_digits=18, decimal_places=4)
    operating_cost_company = models.DecimalField(max_digits=18, decimal_places=4)
    share = models.DecimalField(
        _("share that counts"), max_digits=5, decimal_places=4, default=1, db_default=1, editable=False
    )

    objects: ClassVar[GoalQuerySet["LedgerMonth"]] = goals()

    class Meta:
        ordering = ("month",)
        verbose_name = _("ledger month")
        verbose_name_plural = _("ledger months")
        constraints = [
            models.UniqueConstraint(fields=["system", "month"], name="ledger_month_unique"),
            models.CheckConstraint(condition=models.Q(month__day=1), name="ledger_month_first_day"),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"


@tracked()
class LedgerShare(models.Model):
    """How far the ledger of a system beside the company's own counts: a subsidiary's whole, a venture's in part."""

    system = models.OneToOneField(
        SourceSystem, on_delete=models.PROTECT, related_name="+", verbose_name=_("finance system")
    )
    share = models.DecimalField(
        _("share"),
        max_digits=5,
        decimal_places=4,
        validators=[MinValueValidator(0), MaxValueValidator(1)],
        help_text=_("How far its months count to the company's figures, from 0 to 1."),
    )
    reason = models.CharField(_("reason"), max_length=200)
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, editable=False, related_name="+"
    )
    set_at = models.DateTimeField(_("set"), auto_now=True)

    class Meta:
        ordering = ("system",)
        verbose_name = _("share of a ledger")
        verbose_name_plural = _("shares of ledgers")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(share__gte=0) & models.Q(share__lte=1), name="ledger_share_from_0_to_1"
            )
        ]

    def __str__(self) -> str:
        return f"{self.system}: {self.share.normalize():f}"


@tracked()
class CostEntry(models.Model):
    """A cost of the programme, planned, actual or both."""

    class Category(models.TextChoices):
        LICENCE = "licence", _("licence")
        HARDWARE = "hardware", _("hardware")
        CUSTOMISATION = "customisation", _("customisation")
        INTEGRATION = "integration", _("integration")
        DEPLOYMENT = "deployment", _("deployment")
        TRAINING = "training", _("training")
        SUPPORT = "administration_support", _("administration and support")

    date = models.DateField(_("date"))
    category = models.CharField(_("category"), max_length=30, choices=Category.choices)
    phase = models.CharField(_("phase"), max_length=60, blank=True)
    currency = models.CharField(_("currency"), max_length=3)
    planned = models.DecimalField(_("planned"), max_digits=18, decimal_places=4, null=True, blank=True)
    actual = models.DecimalField(_("actual"), max_digits=18, decimal_places=4, null=True, blank=True)
    planned_company = models.DecimalField(max_digits=18, decimal_places=4, null=True, blank=True)
    actual_company = models.DecimalField(max_digits=18, decimal_places=4, null=True, blank=True)
    note = models.TextField(_("note"), blank=True)

    objects: ClassVar[MoneyQuerySet["CostEntry"]] = money()

    class Meta:
        ordering = ("date", "id")
        verbose_name = _("cost")
        verbose_name_plural = _("costs")
        permissions = [("view_roi", _("Can see return and cost")), ("change_roi", _("Can change return and cost"))]

    def __str__(self) -> str:
        return f"{self.date} {self.get_category_display()}"


@tracked()
class Benefit(models.Model):
    """A return: either a KPI's change × `unit_value` × yearly volume, or amounts by year entered with evidence.

    `unit_value`: company currency per unit of the KPI (per second, per point, per percentage point …) and counted
    thing; the volume is the KPI's own n, or `yearly_volume` where given. `amounts`: list of
    {"year": 1, "amount": "123.45"}, year 1 ending a year after the first go-live.
    """

    class Hardness(models.TextChoices):
        HARD = "hard", _("hard")
        SOFT = "soft", _("soft")

    name = models.CharField(_("name"), max_length=200)
    hardness = models.CharField(_("hard or soft"), max_length=4, choices=Hardness.choices)
    kpi = models.CharField(_("KPI"), max_length=40, blank=True)
    team = models.ForeignKey(
        Team, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("team")
    )
    unit_value = models.DecimalField(_("value of a unit"), max_digits=18, decimal_places=6, null=True, blank=True)
    yearly_volume = models.DecimalField(_("yearly volume"), max_digits=18, decimal_places=2, null=True, blank=True)
    share = models.DecimalField(
        _("share attributable"),
        max_digits=5,
        decimal_places=4,
        default=1,
        validators=[MinValueValidator(0), MaxValueValidator(1)],
    )
    amounts = models.JSONField(_("amounts by year"), default=list, blank=True)
    evidence = models.TextField(_("evidence and assumptions"), blank=True)

    objects: ClassVar[MoneyQuerySet["Benefit"]] = money()

    class Meta:
        ordering = ("hardness", "name")
        verbose_name = _("benefit")
        verbose_name_plural = _("benefits")
        constraints = [
            models.CheckConstraint(
                name="benefit_by_kpi_or_amounts",
                condition=(~models.Q(kpi="") & models.Q(unit_value__isnull=False))
                | (models.Q(kpi="") & ~models.Q(amounts=[])),
            )
        ]

    def __str__(self) -> str:
        return self.name
