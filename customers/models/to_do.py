"""What people have to do, and when; and the address under which a calendar reads it."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Team
from crm.common.audit.tracking import tracked
from customers.models.customers import Customer
from customers.models.interactions import Interaction
from customers.models.trade import Invoice, Order
from customers.querysets.to_do import TaskQuerySet


@tracked(
    exclude=("due_at", "reminded_at", "updated_at"),
    customer="customer_id",
    keeps=("due_on", "repeat_from"),
)
class Task(models.Model):
    """Something to do. Due on a day, or at a time of it, on the clock of the company's zone.

    `due_at` follows from `due_on` and `due_time` (the end of the day where it has no time) and orders lists.
    `snoozed_until`: hidden from what is due until then. `repeat`: the next one is made when this one is done, counted
    from `repeat_from`, so that the 31st stays the 31st where the month has one.
    """

    class Priority(models.IntegerChoices):
        HIGH = 1, _("high")
        NORMAL = 2, _("normal")
        LOW = 3, _("low")

    class Repeat(models.TextChoices):
        NONE = "", _("once")
        DAILY = "daily", _("every day")
        WORKDAYS = "workdays", _("every working day")
        WEEKLY = "weekly", _("every week")
        MONTHLY = "monthly", _("every month")
        YEARLY = "yearly", _("every year")

    what = models.CharField(_("what"), max_length=300)
    notes = models.TextField(_("notes"), blank=True, max_length=20_000)
    due_on = models.DateField(_("due"), null=True, blank=True)
    due_time = models.TimeField(_("at"), null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True, editable=False)
    priority = models.PositiveSmallIntegerField(_("priority"), choices=Priority.choices, default=Priority.NORMAL)
    repeat = models.CharField(_("repeats"), max_length=10, choices=Repeat.choices, blank=True, default=Repeat.NONE)
    repeat_from = models.DateField(null=True, blank=True, editable=False)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="tasks",
        verbose_name=_("whose"), db_index=False,
    )  # fmt: skip
    team = models.ForeignKey(
        Team, on_delete=models.SET_NULL, null=True, blank=True, related_name="tasks", verbose_name=_("team"),
        db_index=False,
    )  # fmt: skip
    customer = models.ForeignKey(
        Customer, on_delete=models.CASCADE, null=True, blank=True, related_name="tasks", verbose_name=_("customer"),
        db_index=False,
    )  # fmt: skip
    interaction = models.ForeignKey(
        Interaction, on_delete=models.SET_NULL, null=True, blank=True, related_name="tasks", editable=False
    )
    order = models.ForeignKey(
        Order, on_delete=models.SET_NULL, null=True, blank=True, related_name="tasks", editable=False
    )
    invoice = models.ForeignKey(
        Invoice, on_delete=models.SET_NULL, null=True, blank=True, related_name="tasks", editable=False
    )
    after = models.OneToOneField(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="next", editable=False
    )
    snoozed_until = models.DateTimeField(_("snoozed until"), null=True, blank=True, editable=False)
    reminded_at = models.DateTimeField(null=True, blank=True, editable=False)
    done_at = models.DateTimeField(_("done"), null=True, blank=True, editable=False)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", editable=False
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", editable=False
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects: ClassVar[TaskQuerySet["Task"]] = TaskQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        permissions = [("view_all_tasks", _("Can view everybody's tasks"))]
        constraints = [
            models.CheckConstraint(
                name="task_time_has_a_day", condition=models.Q(due_time=None) | models.Q(due_on__isnull=False)
            ),
            models.CheckConstraint(
                name="task_repeats_from_a_day", condition=models.Q(repeat="") | models.Q(due_on__isnull=False)
            ),
        ]
        indexes = [
            models.Index(fields=["assignee", "due_at", "id"], condition=models.Q(done_at=None), name="task_mine"),
            models.Index(fields=["team", "due_at", "id"], condition=models.Q(done_at=None), name="task_team"),
            models.Index(fields=["due_at", "id"], condition=models.Q(done_at=None), name="task_due"),
            models.Index(fields=["due_at", "id"], name="task_due_any"),
            models.Index(fields=["created_by", "due_at", "id"], condition=models.Q(done_at=None), name="task_made"),
            models.Index(fields=["due_at"], condition=models.Q(done_at=None, reminded_at=None), name="task_to_remind"),
            models.Index(
                fields=["snoozed_until"],
                condition=models.Q(done_at=None, reminded_at=None, snoozed_until__isnull=False),
                name="task_to_wake",
            ),
            models.Index(fields=["customer", "-due_at", "-id"], name="task_customer"),
            models.Index(fields=["customer", "-done_at", "-id"], name="task_customer_done"),
            models.Index(fields=["assignee", "-done_at", "-id"], name="task_done"),
            models.Index(
                fields=["-done_at", "-id"], condition=models.Q(done_at__isnull=False), name="task_done_by_any"
            ),
        ]

    def __str__(self) -> str:
        return self.what

    def get_absolute_url(self) -> str:
        return reverse("customers:task", args=[self.pk])


@tracked(exclude=("token_hash", "read_at"))
class CalendarFeed(models.Model):
    """The secret address of a person's tasks for their calendar. Of the secret only the hash is kept."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="calendar_feed")
    token_hash = models.CharField(max_length=64, unique=True, db_collation="C")
    made_at = models.DateTimeField(_("made"))
    read_at = models.DateTimeField(_("last read"), null=True, blank=True)

    class Meta:
        verbose_name = _("calendar feed")
        verbose_name_plural = _("calendar feeds")
        default_permissions = ("view",)

    def __str__(self) -> str:
        return str(self.user)
