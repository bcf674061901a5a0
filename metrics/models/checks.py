"""What the nightly checks found."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from metrics.models.goals import Baseline
from metrics.querysets import GoalQuerySet, goals


class CheckRun(models.Model):
    """One night's check of what is kept against the rows it follows from.

    `found`: list of {"what": "rows" | "built" | "figures" | "left" | "unchecked", "key": of the rows or of the source,
    "count": how many}. Rows were written anew, what is built and figures marked for the next recompute; "left" are rows
    and "unchecked" the checks of a source that somebody else was in the way of. Empty: all was well.
    """

    started_at = models.DateTimeField(_("started"))
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    found = models.JSONField(_("found"), default=list, blank=True)

    class Meta:
        ordering = ("-id",)
        verbose_name = _("nightly check")
        verbose_name_plural = _("nightly checks")

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M}"


class DriftCheck(models.Model):
    """A baseline as it was last held against the source data: reading every row of its window takes a job.

    `asked_at`: somebody or the night asked for it, and it has not been done since. `checked_at` is null before the
    first time. `present`: what the window gives, under `version` of the KPI's definition, which is null before that
    and after a time that failed; `changed`: the rows are not those that were frozen.
    """

    baseline = models.OneToOneField(Baseline, on_delete=models.CASCADE, related_name="drift_check")
    asked_at = models.DateTimeField(_("asked"), null=True)
    checked_at = models.DateTimeField(_("checked"), null=True)
    present = models.DecimalField(_("present value"), max_digits=30, decimal_places=10, null=True)
    changed = models.BooleanField(_("changed"), default=False)
    version = models.IntegerField(_("definition version"), null=True)

    objects: ClassVar[GoalQuerySet["DriftCheck"]] = goals()

    class Meta:
        verbose_name = _("drift check")
        verbose_name_plural = _("drift checks")

    def __str__(self) -> str:
        return str(self.baseline_id)
