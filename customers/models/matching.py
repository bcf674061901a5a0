"""Pairs of customers that may be one: what was found, what people said of them, and the runs that look."""

from typing import ClassVar, Final

from django.conf import settings
from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.common.audit.tracking import tracked
from customers.models.customers import Customer
from customers.querysets.matching import MatchQuerySet, MatchRunQuerySet

BANDS: Final[dict[str, tuple[float, float, str | Promise]]] = {
    "certain": (0.99, 1.01, _("almost certain")),
    "likely": (0.9, 0.99, _("likely")),
    "possible": (0.0, 0.9, _("possible")),
}
"""Key → from this probability on, below that one, in words."""


class MatchRun(models.Model):
    """A look for duplicates, or a merge of many pairs. The row is the queue of record.

    `progress`: how much of each stage, {"people read": 5000}; of a merge of many `after` says how far it is, and
    `asked` which: {"ids": […]} or {"band": …, "up_to": the last there was}.
    """

    class What(models.TextChoices):
        LOOK = "look", _("look for duplicates")
        MERGE = "merge", _("merge the proposed")

    class How(models.TextChoices):
        PERSON = "person", _("asked for")
        NIGHT = "night", _("every night")
        CHANGES = "changes", _("after changes")
        COMMAND = "command", _("by command")

    class State(models.TextChoices):
        QUEUED = "queued", _("queued")
        WORKING = "working", _("working")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    OPEN = (State.QUEUED, State.WORKING)

    what = models.CharField(max_length=10, choices=What.choices, default=What.LOOK)
    how = models.CharField(max_length=10, choices=How.choices, default=How.PERSON)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.QUEUED)
    asked = models.JSONField(default=dict)
    stage = models.CharField(max_length=30, blank=True)
    progress = models.JSONField(default=dict)
    after = models.JSONField(default=list)
    total = models.PositiveIntegerField(default=0)
    proposed = models.PositiveIntegerField(default=0)
    withdrawn = models.PositiveIntegerField(default=0)
    merged = models.PositiveIntegerField(default=0)
    skipped = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(_("when"))
    finished_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[MatchRunQuerySet["MatchRun"]] = MatchRunQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("-id",)
        verbose_name = _("look for duplicates")
        verbose_name_plural = _("looks for duplicates")
        default_permissions = ("view",)
        indexes = [
            models.Index(
                fields=["id"], condition=models.Q(state__in=("queued", "working")), name="match_run_unfinished"
            )
        ]

    def __str__(self) -> str:
        return f"{self.what} {self.pk}"


class Match(models.Model):
    """Two customers that may be one. No keys: one of them may be absorbed, and be there again when that is undone.

    `evidence`: what was compared, as [{"key", "level", "weight", "left", "right"}]; a weight is the binary logarithm of
    how much more probable that is of one customer than of two. A row that is `different` says so for ever: whoever has
    become one with the left is not proposed with whoever has become one with the right.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", _("to be decided")
        LATER = "later", _("put off")
        MERGED = "merged", _("merged")
        DIFFERENT = "different", _("not the same")

    OPEN = (State.PROPOSED, State.LATER)

    left_id = models.BigIntegerField()
    right_id = models.BigIntegerField()
    kind = models.CharField(_("kind"), max_length=12, choices=Customer.Kind.choices)
    score = models.FloatField(_("probability"))
    evidence = models.JSONField(default=list)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.PROPOSED)
    run = models.ForeignKey(MatchRun, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    proposed_at = models.DateTimeField(_("proposed"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    decided_at = models.DateTimeField(_("when decided"), null=True)
    merge_id = models.BigIntegerField(null=True)

    objects: ClassVar[MatchQuerySet["Match"]] = MatchQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("possible duplicate")
        verbose_name_plural = _("possible duplicates")
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["left_id", "right_id"], name="match_once"),
            models.CheckConstraint(condition=models.Q(left_id__lt=models.F("right_id")), name="match_in_order"),
        ]
        indexes = [
            models.Index(fields=["-score", "-id"], condition=models.Q(state="proposed"), name="match_to_decide"),
            models.Index(
                fields=["kind", "-score", "-id"], condition=models.Q(state="proposed"), name="match_to_decide_of_kind"
            ),
            models.Index(fields=["right_id"], name="match_right"),
            models.Index(fields=["left_id"], condition=models.Q(state="different"), name="match_different"),
            models.Index(fields=["-score", "-id"], condition=models.Q(state="later"), name="match_put_off"),
            models.Index(
                fields=["-decided_at", "-id"], condition=models.Q(decided_at__isnull=False), name="match_decided"
            ),
            models.Index(
                fields=["decided_by", "-decided_at", "-id"],
                condition=models.Q(decided_at__isnull=False),
                name="match_decided_by",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.left_id} = {self.right_id}?"

    @property
    def band(self) -> str:
        """Key of `BANDS`."""
        return next(key for key, (least, below, _words) in BANDS.items() if least <= self.score < below)

    @property
    def band_words(self) -> str:
        return str(BANDS[self.band][2])


@tracked(fields=("id", "is_on", "least", "changed_by"), delete=False)
class MergeRule(models.Model):
    """Whether those are merged by themselves that are one with a probability of `least`. One row; without it: no."""

    id = models.SmallIntegerField(primary_key=True, default=1, editable=False)
    is_on = models.BooleanField(_("merge by itself"), default=False)
    least = models.FloatField(_("from this probability on"), default=0.99)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    changed_at = models.DateTimeField(_("changed"))

    class Meta:
        verbose_name = _("rule of merging")
        verbose_name_plural = _("rule of merging")
        default_permissions = ("view", "change")
        constraints = [
            models.CheckConstraint(name="merge_rule_one_row", condition=models.Q(id=1)),
            models.CheckConstraint(
                name="merge_rule_least", condition=models.Q(least__gte=0.9) & models.Q(least__lte=1)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.is_on}: {self.least}"
