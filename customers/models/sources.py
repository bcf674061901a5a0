"""Where values come from: source systems, their records, the rows that wait, and the imports that brought them."""

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.common.audit.tracking import tracked
from crm.common.kinds import import_kinds
from customers.querysets.sources import ApiTokenQuerySet, ImportBatchQuerySet, ParkedRowQuerySet


@tracked()
class SourceSystem(models.Model):
    """A department's system. `rank` orders trust: where two systems give a field, the smaller rank wins."""

    key = models.SlugField(_("key"), max_length=50, unique=True, allow_unicode=True)
    name = models.CharField(_("name"), max_length=100)
    rank = models.PositiveSmallIntegerField(_("rank of trust"), default=100)

    class Meta:
        ordering = ("rank", "key")
        verbose_name = _("source system")
        verbose_name_plural = _("source systems")

    def __str__(self) -> str:
        return self.name


class TrustChange(models.Model):
    """A system whose rank of trust has changed, while the customers it speaks of take their fields anew; without a
    system, a survivorship rule has, and all do of whom several records speak.

    `after_id`: those up to this id have done so.
    """

    system = models.OneToOneField(SourceSystem, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    after_id = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("change of trust")
        verbose_name_plural = _("changes of trust")
        default_permissions = ("view",)

    def __str__(self) -> str:
        return str(self.system or _("survivorship rules"))


class SourceRecord(models.Model):
    """One record of a source system as last seen. `object_id` is the row it became, in the table of its kind.

    For customers and contacts `payload` keeps the canonical and the unknown columns; for other kinds only the
    unknown ones (null when there are none). `digest` is the md5 of the canonical values: equal means unchanged.

    `value_times`: field of a customer → since when the record says its value, unless since it was first seen. Of what
    people type: `typed_by` (field → user id) and `released` (field → what was taken back, by whom and when).
    """

    system = models.ForeignKey(SourceSystem, on_delete=models.PROTECT, related_name="records", db_index=False)
    kind = models.CharField(max_length=20, choices=import_kinds)
    external_id = models.CharField(max_length=200, db_collation="C")
    digest = models.UUIDField()
    payload = models.JSONField(null=True, blank=True)
    customer = models.ForeignKey(
        "customers.Customer",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="source_records",
        db_index=False,
    )
    object_id = models.BigIntegerField(null=True, blank=True)
    first_seen_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)
    value_times = models.JSONField(null=True, blank=True, editable=False)
    typed_by = models.JSONField(null=True, blank=True, editable=False)
    released = models.JSONField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("source record")
        verbose_name_plural = _("source records")
        constraints = [
            models.UniqueConstraint(fields=["system", "kind", "external_id"], name="source_record_unique"),
        ]
        indexes = [
            BrinIndex(fields=["first_seen_at"], name="source_record_seen", autosummarize=True, pages_per_range=32),
            BrinIndex(fields=["changed_at"], name="source_record_changed", autosummarize=True, pages_per_range=32),
            models.Index(
                fields=["customer"], condition=models.Q(customer__isnull=False), name="source_record_customer"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.external_id}"


@tracked(
    fields=("id", "system", "kind", "filename", "mapping", "dry_run", "state", "error", "created_by"), delete=False
)
class ImportBatch(models.Model):
    """One file on its way in. The row is the queue of record: a sweeper finds what a dead worker left behind.

    What comes by the API has one a day, source and kind, which is done from the beginning (`api_on`).
    """

    class State(models.TextChoices):
        UPLOADED = "uploaded", _("waiting for its columns to be mapped")
        QUEUED = "queued", _("queued")
        STAGING = "staging", _("reading")
        APPLYING = "applying", _("applying")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    system = models.ForeignKey(SourceSystem, on_delete=models.PROTECT, related_name="imports", verbose_name=_("source"))
    kind = models.CharField(_("kind"), max_length=20, choices=import_kinds)
    path = models.CharField(max_length=500, help_text=_("Where the file lies on the server."))
    filename = models.CharField(_("file"), max_length=255)
    mapping = models.JSONField(default=dict, blank=True)
    dry_run = models.BooleanField(_("dry run"), default=False)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.UPLOADED)
    error = models.TextField(_("error"), blank=True)

    bytes_total = models.BigIntegerField(default=0)
    bytes_read = models.BigIntegerField(default=0)
    rows = models.BigIntegerField(_("rows"), default=0)
    created = models.BigIntegerField(_("created"), default=0)
    updated = models.BigIntegerField(_("updated"), default=0)
    unchanged = models.BigIntegerField(_("unchanged"), default=0)
    parked = models.BigIntegerField(_("parked"), default=0)
    rejected = models.BigIntegerField(_("rejected"), default=0)
    headers = models.JSONField(default=list, blank=True, help_text=_("The file's headers in their order."))
    staged = models.BigIntegerField(default=0, help_text=_("Rows in the staging table."))
    fingerprint = models.CharField(max_length=200, blank=True, help_text=_("Size and time of the file."))
    buckets_done = models.PositiveIntegerField(default=0)  # of 65,536: how far the staged rows were applied
    api_on = models.DateField(null=True, blank=True, editable=False)  # the day of what came by the API

    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[ImportBatchQuerySet["ImportBatch"]] = ImportBatchQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("-id",)
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        default_permissions = ("view",)
        permissions = [("import_data", _("Can import files"))]
        constraints = [
            models.UniqueConstraint(
                fields=["system", "kind", "api_on"],
                condition=models.Q(api_on__isnull=False),
                name="import_batch_of_the_api",
            )
        ]
        indexes = [
            models.Index(
                fields=["id"],
                condition=models.Q(state__in=["queued", "staging", "applying"]),
                name="import_batch_unfinished",
            )
        ]

    def __str__(self) -> str:
        return self.filename


class ImportReject(models.Model):
    """A row that could not go in: where (line, column) and why, with the row as it stood in the file."""

    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, related_name="rejects")
    line = models.BigIntegerField()
    column = models.CharField(max_length=100, blank=True)
    reason = models.TextField()
    row = models.JSONField()

    class Meta:
        ordering = ("line", "id")
        indexes = [models.Index(fields=["batch", "line"], name="import_reject_line")]

    def __str__(self) -> str:
        return f"{self.line}: {self.reason}"


class ParkedRow(models.Model):
    """Rows whose reference is not there yet, with what they wait for; applied when it arrives.

    `rows` holds all canonical rows of one key (an order's lines stay together). A later delivery of the same key
    replaces the earlier.
    """

    batch = models.ForeignKey(ImportBatch, on_delete=models.SET_NULL, null=True, related_name="parked_rows")
    system = models.ForeignKey(SourceSystem, on_delete=models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=20, choices=import_kinds)
    external_id = models.CharField(max_length=200, db_collation="C")
    rows = models.JSONField()
    waits_for_system = models.ForeignKey(SourceSystem, on_delete=models.CASCADE, related_name="+", null=True)
    waits_for_kind = models.CharField(max_length=20, choices=import_kinds)
    waits_for_id = models.CharField(max_length=200, db_collation="C")
    parked_at = models.DateTimeField(auto_now_add=True)
    is_due = models.BooleanField(default=False, db_default=False)  # what it waits for is there

    objects: ClassVar[ParkedRowQuerySet["ParkedRow"]] = ParkedRowQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("parked row")
        verbose_name_plural = _("parked rows")
        constraints = [
            models.UniqueConstraint(fields=["system", "kind", "external_id"], name="parked_row_unique"),
        ]
        indexes = [
            models.Index(fields=["waits_for_kind", "waits_for_system", "waits_for_id"], name="parked_row_waits_for"),
            models.Index(fields=["kind", "system"], condition=models.Q(is_due=True), name="parked_row_due"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.external_id}"


@tracked(exclude=("token_hash", "last_used_at"))
class ApiToken(models.Model):
    """What a source system shows to the API. Of the secret only the hash is kept, and its beginning to know it by.

    `scope`: words apart by blanks, see `customers.importing.api.scopes`. A source has one of a scope at a time.
    """

    system = models.ForeignKey(SourceSystem, on_delete=models.PROTECT, related_name="tokens", verbose_name=_("source"))
    scope = models.CharField(_("scope"), max_length=1000)
    token_hash = models.CharField(max_length=64, unique=True, db_collation="C", editable=False)
    prefix = models.CharField(_("begins with"), max_length=12)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(_("made"))
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    objects: ClassVar[ApiTokenQuerySet["ApiToken"]] = ApiTokenQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("-id",)
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        default_permissions = ("view",)
        permissions = [("manage_tokens", _("Can make and revoke API tokens"))]
        constraints = [
            models.UniqueConstraint(
                fields=["system", "scope"], condition=models.Q(revoked_at__isnull=True), name="api_token_in_use"
            )
        ]

    def __str__(self) -> str:
        return f"{self.system} {self.prefix}…"
