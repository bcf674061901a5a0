"""What people asked for who have the right to: a copy of all that is held on them, or that it is erased."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from customers.querysets.privacy import PrivacyRequestQuerySet


class PrivacyRequest(models.Model):
    """One request about a customer who is a person, or about a contact person (`contact_id`) of a customer.

    The row is the queue of record, and stays as the proof: so nothing in it names the person. No keys: whoever is
    meant may be absorbed meanwhile. `step`: what of an erase is next (`customers.identity.privacy.erasing`), `place`
    how far that is. `meant`: the customers they were when it was confirmed. `counts`: what went and what stays
    anonymous, by table. `attempts`: how often the step was begun (`customers.identity.privacy.trying`). `stored`: name
    of the export's folder. `sealed`: how texts name them, encrypted, from when their rows say so no more until all
    texts were looked through.
    `returned_at`: since when the person may come again.
    """

    class What(models.TextChoices):
        EXPORT = "export", _("export")
        ERASE = "erase", _("erase")

    class State(models.TextChoices):
        ASKED = "asked", _("to be confirmed")
        QUEUED = "queued", _("queued")
        WORKING = "working", _("working")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")
        WITHDRAWN = "withdrawn", _("withdrawn")

    class Reason(models.TextChoices):
        ASKED = "asked", _("the person asked for it")
        CONSENT = "consent", _("the person took their consent back")
        NEEDLESS = "needless", _("it is no longer needed for what it was collected for")
        UNLAWFUL = "unlawful", _("it should not have been collected")
        ORDERED = "ordered", _("a court or an authority ordered it")

    OPEN = (State.QUEUED, State.WORKING)

    what = models.CharField(_("what"), max_length=10, choices=What.choices)
    customer_id = models.BigIntegerField(_("customer"))
    contact_id = models.BigIntegerField(_("contact"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=10, choices=Reason.choices, default=Reason.ASKED)
    reference = models.CharField(_("file number"), max_length=40, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.ASKED)
    step = models.CharField(max_length=40, blank=True)
    place = models.BigIntegerField(default=0)
    meant = models.JSONField(null=True)
    total = models.PositiveBigIntegerField(default=0)
    done = models.PositiveBigIntegerField(default=0)
    counts = models.JSONField(default=dict)
    error = models.TextField(blank=True)
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0)
    sealed = models.TextField(blank=True, default="", db_default="")
    stored = models.CharField(max_length=64, blank=True, db_collation="C")
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("asked by")
    )
    asked_at = models.DateTimeField(_("asked"))
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("confirmed by")
    )
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    finished_at = models.DateTimeField(_("done at"), null=True, blank=True)
    returned_at = models.DateTimeField(_("may come again since"), null=True, blank=True)

    objects: ClassVar[PrivacyRequestQuerySet["PrivacyRequest"]] = PrivacyRequestQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("-id",)
        verbose_name = _("privacy request")
        verbose_name_plural = _("privacy requests")
        default_permissions = ("view",)
        permissions = [
            ("export_person", _("Can export all that is held on a person")),
            ("erase_person", _("Can erase a person")),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["customer_id", "contact_id"],
                condition=Q(what="erase", state__in=("asked", "queued", "working")),
                nulls_distinct=False,
                name="privacy_erase_once",
            )
        ]
        indexes = [
            models.Index(fields=["customer_id", "-id"], name="privacy_customer"),
            models.Index(fields=["id"], condition=Q(state__in=("queued", "working")), name="privacy_unfinished"),
        ]

    def __str__(self) -> str:
        return f"{self.what} {self.customer_id}"


class SuppressedKey(models.Model):
    """What an erased person would be known by, as a keyed hash: whoever brings it is refused.

    The key of the hash stands in no table (`customers.identity.privacy.suppressing`), so that nobody who reads this one
    can try names.
    """

    digest = models.CharField(max_length=64, db_collation="C")
    request = models.ForeignKey(PrivacyRequest, on_delete=models.CASCADE, related_name="keys")

    class Meta:
        verbose_name = _("key of an erased person")
        verbose_name_plural = _("keys of erased people")
        default_permissions = ("view",)
        constraints = [models.UniqueConstraint(fields=["digest", "request"], name="suppressed_key_once")]

    def __str__(self) -> str:
        return f"{self.digest[:8]}…"
