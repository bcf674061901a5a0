"""Baselines, targets, what else changed, and the verdicts on them."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Team
from crm.common.audit.tracking import tracked
from crm.common.kinds import Channel
from customers.models import Tier
from metrics.querysets import GoalQuerySet, goals

ROWS = 2
"""The scheme of a baseline's hash: over the rows its figure is made of."""


class Scoped(models.Model):
    """Which part of the company a figure speaks of; null and '' mean all of it."""

    team = models.ForeignKey(
        Team, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("team")
    )
    channel = models.CharField(_("channel"), max_length=12, choices=Channel.choices, blank=True)
    tier = models.ForeignKey(
        Tier, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("tier")
    )

    class Meta:
        abstract = True


@tracked(update=False, delete=False, exclude=("components", "series", "days"))
class Baseline(Scoped):
    """A KPI's figures from before go-live, frozen: a database trigger refuses every later change.

    `components`: name → integer sum over the window. `series`: one entry a month,
    {"period": "YYYY-MM", "numerator": n, "denominator": n or null, "n": n}. `days`: the same by day, for resampling.
    `source_hash`: sha256 by which later drift of the source data shows, under `hash_scheme` 2 over the rows that the
    figure is made of (`metrics.engine.evidence`), judged at `judged_at`; under 1, the first, over the cells.
    """

    kpi = models.CharField(_("KPI"), max_length=40)
    version = models.IntegerField(_("definition version"))
    window_from = models.DateField(_("from"))
    window_to = models.DateField(_("to"))
    go_live_on = models.DateField(_("go-live"))
    numerator = models.DecimalField(max_digits=30, decimal_places=4, null=True)
    denominator = models.DecimalField(max_digits=30, decimal_places=4, null=True)
    value = models.DecimalField(_("value"), max_digits=30, decimal_places=10, null=True)
    n = models.BigIntegerField(_("n"))
    components = models.JSONField()
    series = models.JSONField()
    days = models.JSONField()
    source_hash = models.CharField(max_length=64)
    hash_scheme = models.SmallIntegerField(default=1)
    judged_at = models.DateTimeField(_("judged at"), null=True)
    chosen_after_go_live = models.BooleanField(_("chosen after go-live"))
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("signed by")
    )
    frozen_at = models.DateTimeField(_("frozen"), auto_now_add=True)
    note = models.TextField(_("note"), blank=True)

    objects: ClassVar[GoalQuerySet["Baseline"]] = goals()

    class Meta:
        ordering = ("kpi", "-frozen_at")
        verbose_name = _("baseline")
        verbose_name_plural = _("baselines")
        default_permissions = ("view",)
        permissions = [("freeze_baseline", _("Can freeze baselines"))]
        constraints = [
            models.CheckConstraint(
                name="baseline_ends_before_go_live",
                condition=models.Q(window_to__lt=models.F("go_live_on"))
                & models.Q(window_from__lte=models.F("window_to")),
            ),
            models.UniqueConstraint(
                name="baseline_unique",
                fields=["kpi", "version", "team", "channel", "tier", "window_from", "window_to", "go_live_on"],
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kpi} {self.window_from} – {self.window_to}"

    @property
    def is_over_rows(self) -> bool:
        """Whether its hash is over the rows that the figure is made of, not over cells as at first."""
        return self.hash_scheme == ROWS


@tracked()
class KpiTarget(Scoped):
    """A quantified goal: KPI, scope, number, date, owner. The newest of a scope is in force."""

    kpi = models.CharField(_("KPI"), max_length=40)
    value = models.DecimalField(_("target"), max_digits=20, decimal_places=6)
    due_on = models.DateField(_("due"))
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("owner")
    )
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    set_at = models.DateTimeField(_("set"), auto_now_add=True)

    objects: ClassVar[GoalQuerySet["KpiTarget"]] = goals()

    class Meta:
        ordering = ("kpi", "-set_at")
        verbose_name = _("target")
        verbose_name_plural = _("targets")
        permissions = [("set_target", _("Can set targets"))]

    def __str__(self) -> str:
        return f"{self.kpi}: {self.value}"


@tracked()
class OtherChange(Scoped):
    """Something else that happened and may explain a change: a price rise, a new product, a strike."""

    what = models.CharField(_("what changed"), max_length=300)
    happened_from = models.DateField(_("from"))
    happened_to = models.DateField(_("to"), null=True, blank=True)
    kpis = models.JSONField(_("KPIs it touches"), default=list, help_text=_("Keys; empty means all."), blank=True)
    note = models.TextField(_("note"), blank=True, default="")

    objects: ClassVar[GoalQuerySet["OtherChange"]] = goals()

    class Meta:
        ordering = ("-happened_from",)
        verbose_name = _("other change")
        verbose_name_plural = _("other changes")

    def __str__(self) -> str:
        return self.what


@tracked()
class Rollout(models.Model):
    """When a team went live, or, without a team, the company: that is the day of each team without one of its own.

    The `transition_months` after it are neither before nor after.
    """

    team = models.OneToOneField(
        Team,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="rollout",
        verbose_name=_("team"),
        help_text=_("Empty: the company, for every team without a day of its own."),
    )
    went_live_on = models.DateField(_("went live"))
    phase = models.PositiveSmallIntegerField(_("phase"), default=1)
    transition_months = models.PositiveSmallIntegerField(_("months of transition"), default=0)

    objects: ClassVar[GoalQuerySet["Rollout"]] = goals()

    class Meta:
        ordering = ("went_live_on",)
        verbose_name = _("rollout")
        verbose_name_plural = _("rollouts")
        constraints = [
            models.UniqueConstraint(fields=["team"], name="rollout_of_the_company_once", nulls_distinct=False)
        ]

    def __str__(self) -> str:
        return f"{self.team or _('company')} {self.went_live_on}"


class Evaluation(Scoped):
    """The verdict on one KPI and scope as of a day. `change` is current − baseline (a ratio for durations)."""

    class Verdict(models.TextChoices):
        IMPROVED = "improved", _("improved")
        WORSE = "worse", _("worse")
        NO_EVIDENCE = "no_evidence", _("no evidence of a change")
        TOO_EARLY = "too_early", _("too early to tell")
        NO_BASELINE = "no_baseline", _("no baseline")
        NO_DATA = "no_data", _("no data")
        NOT_ATTRIBUTABLE = "not_attributable", _("not attributable")

    kpi = models.CharField(_("KPI"), max_length=40)
    as_of = models.DateField(_("as of"))
    baseline = models.ForeignKey(Baseline, on_delete=models.PROTECT, null=True, related_name="evaluations")
    target = models.ForeignKey(KpiTarget, on_delete=models.SET_NULL, null=True, related_name="evaluations")
    current_from = models.DateField(null=True)
    current_to = models.DateField(null=True)
    baseline_value = models.DecimalField(max_digits=30, decimal_places=10, null=True)
    current_value = models.DecimalField(max_digits=30, decimal_places=10, null=True)
    n_baseline = models.BigIntegerField(null=True)
    n_current = models.BigIntegerField(null=True)
    change = models.FloatField(null=True)
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    p = models.FloatField(null=True)
    p_adjusted = models.FloatField(null=True)
    verdict = models.CharField(_("verdict"), max_length=20, choices=Verdict.choices)
    reason = models.TextField(_("reason"))
    details = models.JSONField(default=dict)
    evaluated_at = models.DateTimeField(auto_now=True)

    objects: ClassVar[GoalQuerySet["Evaluation"]] = goals()

    class Meta:
        ordering = ("-as_of", "kpi")
        verbose_name = _("evaluation")
        verbose_name_plural = _("evaluations")
        permissions = [("view_dashboard", _("Can see dashboards"))]
        constraints = [
            models.UniqueConstraint(
                name="evaluation_unique", fields=["kpi", "team", "channel", "tier", "as_of"], nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return f"{self.kpi} {self.as_of}: {self.verdict}"
