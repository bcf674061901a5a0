"""What the KPI engine keeps: the cells to recompute, the components by cell, and the issues.

A cell is (source, day, team, channel, tier, product group, and what dimensions the source has of its own); 0 and ''
stand for "none", so that cells compare by equality. Components are sums, never results: see `metrics.kpis`.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from customers.models import Customer


class Cell(models.Model):
    """The dimensions shared by marks and rollups. `source`: the number of its declaration (`metrics.engine.registry`).

    `extra`: values of the source's own dimensions, with a unit separator (U+001F) between them.
    """

    source = models.SmallIntegerField()
    day = models.DateField()
    team_id = models.IntegerField(default=0)
    channel = models.CharField(max_length=12, default="", blank=True, db_collation="C")
    tier_id = models.IntegerField(default=0)
    product_group_id = models.IntegerField(default=0)
    # A text: empty it is a byte of the row and next to nothing of a comparison; an array would be both.
    extra = models.TextField(default="", db_default="", blank=True, db_collation="C")

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.source}: {self.day}"


class Mark(Cell):
    """A cell whose facts changed since it was last recomputed. Appended by triggers, taken by the recompute.

    `version`: 0 for every version of the rollups that is kept; else the one that asks for its month.
    """

    version = models.IntegerField(default=0, db_default=0)

    class Meta:
        verbose_name = _("mark")
        verbose_name_plural = _("marks")
        indexes = [models.Index(fields=["source", "day"], name="mark_source_day")]


class Rollup(Cell):
    """The components of one cell under one definition version, in the order its source gives.

    `sums`: integers (milliseconds, ten-thousandths of the company's currency, counts, sums of squares).
    `histogram`: entries of logarithmic bucket << 20 | count, for quantiles; null where there is none.
    """

    version = models.IntegerField()
    sums = ArrayField(models.BigIntegerField())
    histogram = ArrayField(models.IntegerField(), null=True)

    class Meta:
        verbose_name = _("rollup")
        verbose_name_plural = _("rollups")
        constraints = [
            models.UniqueConstraint(
                fields=["source", "version", "day", "team_id", "channel", "tier_id", "product_group_id", "extra"],
                name="rollup_cell_unique",
            )
        ]


class MonthRollup(Cell):
    """The components of a month's cells under one definition version (`metrics.engine.months`); `day` is its first.

    `whole`: of all its cells together. Such a row stands for every month that is there. `first_day`, `last_day`: those
    between which there are facts.
    """

    version = models.IntegerField()
    whole = models.BooleanField(default=False)
    first_day = models.DateField()
    last_day = models.DateField()
    sums = ArrayField(models.DecimalField(max_digits=40, decimal_places=0))
    histogram = ArrayField(models.IntegerField(), null=True)

    class Meta:
        verbose_name = _("rollup of a month")
        verbose_name_plural = _("rollups of months")
        constraints = [
            models.UniqueConstraint(
                fields=[
                    "source",
                    "version",
                    "day",
                    "whole",
                    "team_id",
                    "channel",
                    "tier_id",
                    "product_group_id",
                    "extra",
                ],
                name="month_rollup_unique",
            )
        ]


class RollupVersion(models.Model):
    """A version of a source's rollups that is kept; `metrics.engine.keeping` tells its life.

    `revision`: of the source's declaration. `rules`: those that its sums depend on. `whole_at`: when it last had every
    month; null: it never did. `reached`: marks of changed facts are recomputed for it. `behind_since`: from when it
    missed some. `going`: its rows are being removed; nobody reads it.
    """

    source = models.SmallIntegerField()
    version = models.IntegerField()
    revision = models.IntegerField()
    rules = models.JSONField(default=dict)
    whole_at = models.DateTimeField(null=True)
    reached = models.BooleanField(default=True)
    behind_since = models.DateTimeField(null=True)
    going = models.BooleanField(default=False)

    class Meta:
        ordering = ("source", "id")
        verbose_name = _("version of the rollups")
        verbose_name_plural = _("versions of the rollups")
        constraints = [models.UniqueConstraint(fields=["source", "version"], name="rollup_version_unique")]

    def __str__(self) -> str:
        return f"{self.source}: {self.version}"

    @property
    def is_fresh(self) -> bool:
        return self.whole_at is not None and self.behind_since is None and not self.going


class Issue(models.Model):
    """A chain of incoming contacts of one customer with one purpose, no gap longer than the repeat window.

    `day`, team, channel and tier are those of the first contact.
    """

    # Without a constraint: a writer that moves or deletes a customer need not know of issues, its marks bring them up.
    customer = models.ForeignKey(
        Customer, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    purpose = models.CharField(max_length=60, blank=True)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    day = models.DateField()
    contacts = models.IntegerField()
    team_id = models.IntegerField(default=0)
    channel = models.CharField(max_length=12, default="", db_collation="C")
    tier_id = models.IntegerField(default=0)

    class Meta:
        verbose_name = _("issue (chain of contacts)")
        verbose_name_plural = _("issues (chains of contacts)")
        constraints = [models.UniqueConstraint(fields=["customer", "purpose", "first_at"], name="issue_unique")]
        indexes = [models.Index(fields=["last_at"], name="issue_last_at")]

    def __str__(self) -> str:
        return f"{self.purpose} {self.first_at:%Y-%m-%d}"


class IssueMark(models.Model):
    """A (customer, purpose) whose contacts changed since its issues were last rebuilt."""

    customer_id = models.BigIntegerField()
    purpose = models.CharField(max_length=60, blank=True)

    class Meta:
        verbose_name = _("issue mark")
        verbose_name_plural = _("issue marks")

    def __str__(self) -> str:
        return f"{self.customer_id} {self.purpose}"


class Clock(models.Model):
    """How far the clock job has come: what changes by time alone was marked up to `done_until`."""

    key = models.CharField(max_length=30, unique=True)
    done_until = models.DateTimeField()

    class Meta:
        verbose_name = _("clock")
        verbose_name_plural = _("clocks")

    def __str__(self) -> str:
        return self.key


class RecomputeRun(models.Model):
    """One recompute: when, how much, how long; pages show how fresh the figures are."""

    started_at = models.DateTimeField(_("started"))
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    full = models.BooleanField(_("full"), default=False)
    days = models.IntegerField(_("days"), default=0)
    rows = models.IntegerField(_("rows"), default=0)
    seconds = models.FloatField(_("seconds"), null=True, blank=True)

    class Meta:
        ordering = ("-id",)
        verbose_name = _("recompute")
        verbose_name_plural = _("recomputes")

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M}"
