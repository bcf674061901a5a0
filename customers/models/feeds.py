"""Feeds: folders and addresses that are read on a schedule, and what was read from each."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crm.common.audit.tracking import tracked
from crm.common.kinds import import_kinds
from customers.models.sources import ImportBatch, SourceSystem
from customers.querysets.feeds import FeedFileQuerySet, FeedQuerySet


@tracked(
    fields=(
        "id", "name", "system", "kind", "place", "folder", "inside", "pattern", "url", "sign_in", "username",
        "secret_at", "schedule", "every_minutes", "daily_at", "is_active", "mapping", "owner",
    )
)  # fmt: skip
class Feed(models.Model):
    """Files of one kind from one source, brought in as they come.

    `mapping`: its own, or none, and the one its source's last import of the kind had holds. `secret` is what it signs
    in with, encrypted (`customers.importing.feeds.secrets`); the audit knows when it was set, never what it is. The row
    is the queue of record: a sweeper finds what is due at `next_at`, and what a dead worker left behind.
    """

    class Place(models.TextChoices):
        FOLDER = "folder", _("a folder on the server")
        ADDRESS = "address", _("an HTTPS address")

    class SignIn(models.TextChoices):
        NONE = "none", _("nothing")
        BASIC = "basic", _("name and password")
        BEARER = "bearer", _("a token")

    class Schedule(models.TextChoices):
        MINUTES = "minutes", _("every so many minutes")
        HOURLY = "hourly", _("every full hour")
        DAILY = "daily", _("once a day")

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        READING = "reading", _("reading")
        FAILED = "failed", _("failed")

    name = models.CharField(_("name"), max_length=100, unique=True)
    system = models.ForeignKey(SourceSystem, on_delete=models.PROTECT, related_name="feeds", verbose_name=_("source"))
    kind = models.CharField(_("what it holds"), max_length=20, choices=import_kinds)
    place = models.CharField(_("where it is"), max_length=10, choices=Place.choices)
    folder = models.CharField(_("folder"), max_length=500, blank=True)
    inside = models.CharField(_("folder inside it"), max_length=300, blank=True)
    pattern = models.CharField(_("names of files"), max_length=100, default="*", blank=True)
    url = models.CharField(_("address"), max_length=2000, blank=True)
    sign_in = models.CharField(_("signs in with"), max_length=10, choices=SignIn.choices, default=SignIn.NONE)
    username = models.CharField(_("user name"), max_length=200, blank=True)
    secret = models.TextField(blank=True, editable=False)
    secret_at = models.DateTimeField(null=True, blank=True, editable=False)
    schedule = models.CharField(_("read"), max_length=10, choices=Schedule.choices, default=Schedule.HOURLY)
    every_minutes = models.PositiveSmallIntegerField(_("minutes"), default=15)
    daily_at = models.TimeField(_("at"), null=True, blank=True)
    is_active = models.BooleanField(_("in use"), default=True, editable=False)
    mapping = models.JSONField(null=True, blank=True, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("owner"),
    )
    created_at = models.DateTimeField(_("made"), editable=False)

    headers = models.JSONField(default=list, blank=True, editable=False)  # of the file last looked at
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.WAITING, editable=False)
    next_at = models.DateTimeField(_("next look"), editable=False)
    looked_at = models.DateTimeField(_("last look"), null=True, blank=True, editable=False)
    error = models.TextField(_("error"), blank=True, editable=False)
    failed_since = models.DateTimeField(null=True, blank=True, editable=False)
    failures = models.PositiveSmallIntegerField(default=0, editable=False)  # looks in a row that found no file to read
    etag = models.CharField(max_length=500, blank=True, editable=False)
    last_modified = models.CharField(max_length=100, blank=True, editable=False)

    objects: ClassVar[FeedQuerySet["Feed"]] = FeedQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("name", "id")
        verbose_name = _("feed")
        verbose_name_plural = _("feeds")
        default_permissions = ("view",)
        permissions = [("manage_feeds", _("Can set up feeds"))]
        constraints = [
            models.CheckConstraint(
                condition=Q(place="folder") & ~Q(folder="") | Q(place="address") & ~Q(url=""), name="feed_is_somewhere"
            ),
            models.CheckConstraint(condition=~Q(schedule="daily") | Q(daily_at__isnull=False), name="feed_daily_at"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("customers:feed", args=[self.pk])


class FeedFile(models.Model):
    """One file a feed has seen. `digest` is the SHA-256 of what was read, `mtime_ns` the folder's; none of an address.

    `again`: somebody asked for it to be read once more; what comes of that is a row of its own.
    """

    class State(models.TextChoices):
        RESTING = "resting", _("may still be being written")
        READING = "reading", _("being read")
        DONE = "done", _("read")
        FAILED = "failed", _("failed")
        SAME = "same", _("the same as the file before")
        LEFT = "left", _("left out")

    feed = models.ForeignKey(Feed, on_delete=models.CASCADE, related_name="files", db_index=False)
    name = models.CharField(_("file"), max_length=255)
    size = models.BigIntegerField(_("size"), default=0)
    mtime_ns = models.BigIntegerField(null=True, blank=True)
    digest = models.CharField(max_length=64, blank=True, db_collation="C")
    etag = models.CharField(max_length=500, blank=True)
    last_modified = models.CharField(max_length=100, blank=True)
    batch = models.ForeignKey(ImportBatch, on_delete=models.SET_NULL, null=True, blank=True, related_name="feed_files")
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.RESTING)
    error = models.TextField(_("error"), blank=True)
    again = models.BooleanField(default=False)
    seen_at = models.DateTimeField(_("seen"))

    objects: ClassVar[FeedFileQuerySet["FeedFile"]] = FeedFileQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("-id",)
        verbose_name = _("file of a feed")
        verbose_name_plural = _("files of feeds")
        default_permissions = ("view",)
        indexes = [
            models.Index(fields=["feed", "name", "-id"], name="feed_file_name"),
            models.Index(fields=["feed", "-id"], name="feed_file_of_feed"),
            models.Index(
                fields=["feed", "id"], condition=Q(state__in=["reading", "failed"]), name="feed_file_unfinished"
            ),
        ]

    def __str__(self) -> str:
        return self.name
