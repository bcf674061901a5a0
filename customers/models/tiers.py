"""Customer tiers: the classes, the published rule that assigns them, and every assignment with its reason."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField, DateRangeField
from django.contrib.postgres.fields.ranges import RangeStartsWith
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from crm.common.audit.tracking import tracked
from customers.models.customers import Customer


@tracked()
class Tier(models.Model):
    """A class of customers and what it entitles to. Rank 1 is the best."""

    key = models.SlugField(_("key"), max_length=50, unique=True, allow_unicode=True)
    name = models.CharField(_("name"), max_length=100)
    rank = models.PositiveSmallIntegerField(_("rank"), unique=True)
    colour = models.CharField(_("colour"), max_length=20, default="secondary")
    order_priority = models.PositiveSmallIntegerField(_("order priority"), default=3)
    credit_days = models.PositiveSmallIntegerField(_("credit days"), default=14)
    credit_limit = models.DecimalField(_("credit limit"), max_digits=18, decimal_places=2, default=0)
    max_discount = models.DecimalField(_("maximum discount (%)"), max_digits=5, decimal_places=2, default=0)
    case_response_hours = models.PositiveSmallIntegerField(_("case answered within (hours)"), default=24)

    class Meta:
        ordering = ("rank",)
        verbose_name = _("tier")
        verbose_name_plural = _("tiers")

    def __str__(self) -> str:
        return gettext(self.name) if self.name else self.key

    # The names tiers start with, for the message catalogues.
    SEEDED = (gettext_noop("Platinum"), gettext_noop("Gold"), gettext_noop("Silver"), gettext_noop("Bronze"))


@tracked()
class TierPolicy(models.Model):
    """A version of the rule. The newest published one is in force; a published one is not edited.

    `rules`: list from the best tier down of {"tier": key, "min_value": decimal string or null,
    "min_on_time": share 0–1 or null}; a customer gets the first tier whose every minimum is met (null: no minimum).
    """

    class Measure(models.TextChoices):
        PROFIT = "profit", _("profit")
        REVENUE = "revenue", _("revenue")

    version = models.PositiveIntegerField(_("version"), unique=True)
    measure = models.CharField(_("measure"), max_length=10, choices=Measure.choices, default=Measure.PROFIT)
    window_months = models.PositiveSmallIntegerField(_("window in months"), default=12)
    rules = models.JSONField(_("rules"))
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ("-version",)
        verbose_name = _("tier policy")
        verbose_name_plural = _("tier policies")
        permissions = [("publish_tier", _("Can publish tier policies"))]

    def __str__(self) -> str:
        return str(_("version %(version)s")) % {"version": self.version}


class TierMark(models.Model):
    """A customer whose tier changed from that day on and whose facts have yet to follow (`customers.tiers.following`).

    `waits_for`: the transactions that were writing facts when their facts were first looked at; null before.
    """

    customer_id = models.BigIntegerField()
    from_day = models.DateField()
    waits_for = ArrayField(models.TextField(), null=True)

    class Meta:
        verbose_name = _("tier mark")
        verbose_name_plural = _("tier marks")
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self.customer_id} {self.from_day}"


class RetierMark(models.Model):
    """A customer whose trade or assignments changed: the next run from that day on decides anew. Append-only."""

    customer_id = models.BigIntegerField()
    from_day = models.DateField()

    class Meta:
        verbose_name = _("mark of a tier to decide")
        verbose_name_plural = _("marks of tiers to decide")
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self.customer_id} {self.from_day}"


class RetierClock(models.Model):
    """Everybody is in the tier that `rules` give as of `day`, but for whom a mark or the days since say otherwise."""

    id = models.SmallIntegerField(primary_key=True, default=1, editable=False)
    day = models.DateField()
    rules = models.TextField()

    class Meta:
        verbose_name = _("clock of the tiers")
        verbose_name_plural = _("clock of the tiers")
        default_permissions = ("view",)
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="retier_clock_one_row")]

    def __str__(self) -> str:
        return str(self.day)


class TierAssignment(models.Model):
    """A customer's tier over a range of days [from, to). `figures` are the numbers that decided.

    No two of a customer overlap: a trigger sees to it (migration 0042), for whoever writes.
    """

    class Reason(models.TextChoices):
        POLICY = "policy", _("by the policy")
        OVERRIDE = "override", _("by a person")

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="tier_assignments", db_index=False)
    tier = models.ForeignKey(Tier, on_delete=models.PROTECT, related_name="assignments")
    valid = DateRangeField(_("days"))
    reason = models.CharField(_("reason"), max_length=10, choices=Reason.choices, default=Reason.POLICY)
    figures = models.JSONField(_("figures"), default=dict)
    policy = models.ForeignKey(
        TierPolicy, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    made_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ("customer", "valid")
        verbose_name = _("tier assignment")
        verbose_name_plural = _("tier assignments")
        indexes = [models.Index(fields=["by"], condition=models.Q(by__isnull=False), name="tier_assignment_by")]
        constraints = [
            models.UniqueConstraint(models.F("customer"), RangeStartsWith("valid"), name="tier_assignment_starts")
        ]

    def __str__(self) -> str:
        return f"{self.tier} {self.valid}"
