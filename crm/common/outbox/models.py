"""Mail that is to go out: a row for each mail and recipient."""

from datetime import datetime
from typing import ClassVar, Self

from django.db import models
from django.utils.translation import gettext_lazy as _


class OutboxQuerySet(models.QuerySet["OutboxMail"]):
    def due(self, now: datetime) -> Self:
        """What is to be sent now: new, to be tried again, or left by a worker whose time with it is over."""
        return self.filter(state__in=OutboxMail.OPEN, next_try_at__lte=now)


class OutboxMail(models.Model):
    """A mail to one recipient and how far it got.

    queued → sending → sent; an attempt that fails leads to failed, tried again at `next_try_at`, and in the end to
    given_up. While it is being sent `next_try_at` is when a worker that says nothing more counts as dead.
    The text goes when the mail is sent (it may hold a link that opens an account); recipient and subject stay. Instead
    of a text `data` may hold what the writer of `kind` makes one from at the moment of sending.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("queued")
        SENDING = "sending", _("sending")
        SENT = "sent", _("sent")
        FAILED = "failed", _("failed, will be tried again")
        GIVEN_UP = "given_up", _("given up")

    OPEN = (State.QUEUED, State.SENDING, State.FAILED)

    kind = models.CharField(_("kind"), max_length=60)
    to = models.CharField(_("recipient"), max_length=320)
    subject = models.CharField(_("subject"), max_length=300, blank=True)
    body = models.TextField(blank=True, editable=False)
    html = models.TextField(blank=True, editable=False)
    data = models.JSONField(default=dict, editable=False)
    headers = models.JSONField(default=dict, editable=False)
    language = models.CharField(_("language"), max_length=10, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_try_at = models.DateTimeField(_("next attempt"), null=True, blank=True)
    last_error = models.TextField(_("last error"), blank=True)
    created_at = models.DateTimeField(_("created"))
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)

    objects: ClassVar[OutboxQuerySet] = OutboxQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("-id",)
        verbose_name = _("mail")
        verbose_name_plural = _("mail outbox")
        indexes = [
            models.Index(
                fields=["next_try_at"],
                condition=models.Q(state__in=("queued", "sending", "failed")),
                name="outbox_due",
            ),
            models.Index(fields=["to"], name="outbox_recipient"),
        ]

    def __str__(self) -> str:
        return f"{self.to}: {self.subject or self.kind}"

    @property
    def has_text(self) -> bool:
        """Whether there is still something to send."""
        return bool(self.body or self.html or self.data)
