"""One thing done to many rows of a list: who asked for it, how far it is, and what it changed, to be undone."""

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.common.audit.tracking import tracked
from customers.models.customers import Customer
from customers.models.to_do import Task
from customers.querysets.bulk import BulkJobQuerySet


@tracked(fields=("id", "action", "parameters", "selection", "state", "created_by"), delete=False)
class BulkJob(models.Model):
    """The row is the queue of record: a sweeper finds what a dead worker left behind.

    `row_ids`: which were meant when it was asked for, ascending (null once they have served); `after_id` says how far
    it is. `selection`: in brief, {"picked": how many} or {"filters": names}. `path`: of the file that an export made.
    `last_event`: of the audit when it was asked for; `overtaken`: how many somebody else has changed since, which are
    left alone. While it is taken back, `done` counts the changes gone through, `skipped` those that others changed
    since.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("queued")
        WORKING = "working", _("working")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")
        UNDOING = "undoing", _("being undone")
        UNDONE = "undone", _("undone")

    OPEN = (State.QUEUED, State.WORKING, State.UNDOING)

    action = models.CharField(max_length=30)
    parameters = models.JSONField(default=dict)
    selection = models.JSONField(default=dict)
    row_ids = ArrayField(models.BigIntegerField(), null=True, editable=False)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.QUEUED)
    total = models.PositiveIntegerField(null=True, blank=True)
    done = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    skipped = models.PositiveIntegerField(default=0)
    overtaken = models.PositiveIntegerField(default=0, db_default=0)
    last_event = models.BigIntegerField(default=0, db_default=0)
    after_id = models.BigIntegerField(default=0)
    error = models.TextField(blank=True)
    path = models.CharField(max_length=500, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(_("when"))
    finished_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[BulkJobQuerySet["BulkJob"]] = BulkJobQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("-id",)
        verbose_name = _("bulk action")
        verbose_name_plural = _("bulk actions")
        default_permissions = ("view",)
        indexes = [
            models.Index(
                fields=["id"], condition=models.Q(state__in=("queued", "working", "undoing")), name="bulk_open"
            )
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.pk}"


class BulkChange(models.Model):
    """What a bulk action changed of one customer or task: before and after, to be taken back where it still stands."""

    job = models.ForeignKey(BulkJob, on_delete=models.CASCADE, related_name="changes", db_index=False)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, null=True, related_name="+", db_index=False)
    task = models.ForeignKey(Task, on_delete=models.CASCADE, null=True, related_name="+", db_index=False)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)

    class Meta:
        verbose_name = _("change of a bulk action")
        verbose_name_plural = _("changes of bulk actions")
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["job", "customer"], name="bulk_change_once"),
            models.UniqueConstraint(
                fields=["job", "task"], condition=models.Q(task__isnull=False), name="bulk_change_task_once"
            ),
            models.CheckConstraint(
                condition=models.Q(customer__isnull=False) ^ models.Q(task__isnull=False), name="bulk_change_of_one"
            ),
        ]
        indexes = [
            models.Index(fields=["customer"], name="bulk_change_customer"),
            models.Index(fields=["task"], condition=models.Q(task__isnull=False), name="bulk_change_task"),
        ]

    def __str__(self) -> str:
        return f"{self.job_id} {self.customer_id or self.task_id}"
