"""The interaction log: every contact on every channel, and what the telephone system knows of calls."""

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Team
from crm.common.audit.tracking import tracked
from crm.common.kinds import Channel
from crm.common.sqlfunctions import CrmDay
from customers.models.customers import Contact, Customer
from customers.querysets.interactions import InteractionQuerySet


@tracked(
    in_bulk=False,
    update=False,
    fields=(
        "id", "customer", "contact", "contact_value", "channel", "direction", "purpose", "subject", "body", "outcome",
        "occurred_at", "duration_s", "agent", "agent_name", "team", "is_contact", "is_solved",
    ),
    edited=("contact_id", "purpose", "subject", "body", "outcome", "occurred_at", "duration_s", "is_solved"),
    customer="customer_id",
    contact="contact_id",
    keeps=("agent_name",),
)  # fmt: skip
class Interaction(models.Model):
    """One contact. Without a customer it waits in the unmatched inbox under `contact_value`.

    `is_contact` is False for abandoned and rejected calls, noise and auto-replies: they are on record but no
    contact in the sense of the issue KPIs (first-contact resolution).
    """

    class Direction(models.TextChoices):
        IN = "in", _("incoming")
        OUT = "out", _("outgoing")

    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, null=True, blank=True, related_name="interactions", db_index=False
    )
    contact = models.ForeignKey(
        Contact, on_delete=models.SET_NULL, null=True, blank=True, related_name="interactions", db_index=False
    )
    contact_value = models.CharField(_("contact value"), max_length=254, blank=True)
    contact_normalised = models.CharField(max_length=254, blank=True, db_collation="C")
    matched_by_value = models.BooleanField(
        default=False,
        db_default=False,
        help_text=_("The customer follows from the contact value: whoever alone has it; nobody else said whose it is."),
    )
    channel = models.CharField(_("channel"), max_length=12, choices=Channel.choices)
    direction = models.CharField(_("direction"), max_length=3, choices=Direction.choices, default=Direction.IN)
    purpose = models.CharField(_("purpose"), max_length=60, blank=True)
    subject = models.CharField(_("subject"), max_length=300, blank=True)
    body = models.TextField(_("notes"), blank=True)
    outcome = models.CharField(_("outcome"), max_length=60, blank=True)
    occurred_at = models.DateTimeField(_("when"))
    day = models.GeneratedField(expression=CrmDay("occurred_at"), output_field=models.DateField(), db_persist=True)
    duration_s = models.PositiveIntegerField(_("duration in seconds"), null=True, blank=True)
    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("agent"),
        db_index=False,
    )
    agent_name = models.CharField(_("agent as the source names them"), max_length=150, blank=True)
    team = models.ForeignKey(
        Team,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("team"),
        db_index=False,
    )
    tier = models.ForeignKey(
        "customers.Tier",
        on_delete=models.DO_NOTHING,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    is_contact = models.BooleanField(default=True)
    is_solved = models.BooleanField(
        _("solved"), null=True, blank=True, help_text=_("Whether the matter was settled with it, where somebody says.")
    )
    edited_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[InteractionQuerySet["Interaction"]] = InteractionQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("interaction")
        verbose_name_plural = _("interactions")
        indexes = [
            models.Index(fields=["customer", "-occurred_at", "-id"], name="interaction_timeline"),
            models.Index(
                fields=["contact_normalised", "channel"],
                condition=models.Q(customer=None),
                name="interaction_unmatched",
            ),
            models.Index(
                fields=["contact_normalised"],
                condition=models.Q(matched_by_value=True),
                name="interaction_by_value",
            ),
            BrinIndex(fields=["created_at"], name="interaction_recorded", autosummarize=True, pages_per_range=32),
        ]

    def __str__(self) -> str:
        return self.subject or f"{self.channel} {self.occurred_at:%Y-%m-%d %H:%M}"


@tracked()
class Queue(models.Model):
    """A queue of the telephone system: whose it is, and what its callers want."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    team = models.ForeignKey(
        Team, on_delete=models.SET_NULL, null=True, blank=True, related_name="queues", verbose_name=_("team")
    )
    purpose = models.CharField(_("purpose"), max_length=60, blank=True)

    class Meta:
        ordering = ("name",)
        verbose_name = _("telephone queue")
        verbose_name_plural = _("telephone queues")

    def __str__(self) -> str:
        return self.name


class CallEvent(models.Model):
    """A line of a queue log, kept as it came; the same line read twice is one row (`digest`)."""

    system = models.ForeignKey("customers.SourceSystem", on_delete=models.PROTECT, related_name="+", db_index=False)
    callid = models.CharField(max_length=100, db_collation="C")
    queue = models.CharField(max_length=100, db_collation="C")
    at = models.DateTimeField()
    agent = models.CharField(max_length=100)
    event = models.CharField(max_length=30)
    params = ArrayField(models.TextField())
    digest = models.UUIDField()

    class Meta:
        verbose_name = _("call event")
        verbose_name_plural = _("call events")
        constraints = [models.UniqueConstraint(fields=["system", "digest"], name="call_event_unique")]
        indexes = [models.Index(fields=["system", "callid", "queue"], name="call_event_call")]

    def __str__(self) -> str:
        return f"{self.event} {self.callid}"


class Call(models.Model):
    """One callid in one queue, as its events tell. Milliseconds; `day` is the day it entered (see design, calls)."""

    class Outcome(models.TextChoices):
        OPEN = "open", _("open")
        ANSWERED = "answered", _("answered")
        ABANDONED = "abandoned", _("abandoned")
        OVERFLOWED = "overflowed", _("overflowed")
        REJECTED = "rejected", _("rejected")

    system = models.ForeignKey("customers.SourceSystem", on_delete=models.PROTECT, related_name="+", db_index=False)
    callid = models.CharField(max_length=100, db_collation="C")
    queue = models.ForeignKey(Queue, on_delete=models.PROTECT, related_name="calls", db_index=False)
    interaction = models.OneToOneField(
        Interaction, on_delete=models.SET_NULL, null=True, blank=True, related_name="call"
    )
    entered_at = models.DateTimeField(_("entered"))
    day = models.GeneratedField(expression=CrmDay("entered_at"), output_field=models.DateField(), db_persist=True)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome.choices)
    waited_ms = models.BigIntegerField(_("waited (ms)"), null=True, blank=True)
    talk_ms = models.BigIntegerField(_("talk (ms)"), null=True, blank=True)
    hold_ms = models.BigIntegerField(_("hold (ms)"), default=0)
    wrap_ms = models.BigIntegerField(_("wrap-up (ms)"), default=0)
    position = models.PositiveIntegerField(_("position"), null=True, blank=True)
    caller = models.CharField(_("caller"), max_length=80, blank=True)
    agent_name = models.CharField(_("agent"), max_length=100, blank=True)
    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    team = models.ForeignKey(Team, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False)
    tier = models.ForeignKey(
        "customers.Tier",
        on_delete=models.DO_NOTHING,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )

    class Meta:
        verbose_name = _("call")
        verbose_name_plural = _("calls")
        constraints = [models.UniqueConstraint(fields=["system", "callid", "queue"], name="call_unique")]

    def __str__(self) -> str:
        return self.callid
