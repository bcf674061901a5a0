"""Customers that turned out to be one: who gave all they had to whom, and what gives it back. Keys that link nobody."""

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.common.audit.tracking import tracked
from crm.common.sqlfunctions import CrmFold


@tracked(
    fields=("id", "survivor_id", "absorbed_id", "how", "by", "undone_at", "undone_by"),
    delete=False,
)
class Merge(models.Model):
    """The absorbed customer's row is gone; it lies in `snapshot`, with what is theirs alone, by table.

    `root_id`: whoever survived, and the survivor of that one, and so on. `link_key`: files that bring it mean the
    absorbed. `gave`: which of their fields the root shows because it has none of its own, as {column: id}.
    `chosen`: values that whoever merged them chose against the sources' ranks (`choosing`).

    A `link`: a source record came to the survivor by its link key `key`, at the door. `record_id` is the record;
    `absorbed_id` whoever it would have been, and is when the link is undone. Undone rows are remembered: they count
    among those that share the key.
    """

    class How(models.TextChoices):
        HAND = "hand", _("by a person")
        RULE = "rule", _("by a rule")
        LINK = "link", _("by the same key, when it came")

    survivor_id = models.BigIntegerField(_("survivor"))
    absorbed_id = models.BigIntegerField(_("absorbed"))
    root_id = models.BigIntegerField()
    name = models.CharField(_("name"), max_length=300)
    link_key = models.CharField(max_length=400, null=True, editable=False, db_collation="C")  # noqa: DJ001 - as a customer's
    snapshot = models.JSONField(default=dict, editable=False)
    gave = models.JSONField(default=dict, editable=False)
    chosen = models.JSONField(default=dict, db_default={}, editable=False)
    moved = models.JSONField(_("moved"), default=dict, editable=False)
    key = models.CharField(max_length=400, null=True, editable=False, db_collation="C")  # noqa: DJ001 - of links alone
    record_id = models.BigIntegerField(null=True, editable=False)
    how = models.CharField(_("decided"), max_length=10, choices=How.choices, default=How.HAND)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    at = models.DateTimeField(_("when"))
    undone_at = models.DateTimeField(_("undone"), null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )

    ACTIVE: ClassVar[Q] = Q(undone_at=None)
    LINKS: ClassVar[Q] = Q(key__isnull=False)

    class Meta:
        verbose_name = _("merge")
        verbose_name_plural = _("merges")
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["absorbed_id"], condition=Q(undone_at=None), name="merge_absorbed_once"),
            models.UniqueConstraint(
                fields=["link_key"], condition=Q(undone_at=None, link_key__isnull=False), name="merge_link_key"
            ),
        ]
        indexes = [
            models.Index(fields=["root_id"], condition=Q(undone_at=None), name="merge_root"),
            models.Index(fields=["survivor_id"], condition=Q(undone_at=None), name="merge_survivor"),
            models.Index(fields=["key"], condition=Q(key__isnull=False), name="merge_key"),
            *(
                models.Index(fields=[f"{side}_id"], condition=Q(undone_at__isnull=False), name=f"merge_undone_{side}")
                for side in ("survivor", "absorbed")
            ),
            GinIndex(
                OpClass(CrmFold("name"), "gin_trgm_ops"), condition=Q(undone_at=None, key=None), name="merge_name"
            ),
            models.Index(fields=["undone_at"], condition=Q(undone_at__isnull=False), name="merge_undone"),
        ]

    def __str__(self) -> str:
        return f"{self.absorbed_id} → {self.survivor_id}"


class MergedRow(models.Model):
    """A row that is the absorbed customer's of that merge, wherever it stands; of active merges only.

    `kept`: columns it gave up to a row of the survivor, as they were. `is_aside`: the row itself did, and all of it is
    in `kept`.
    """

    merge = models.ForeignKey(Merge, on_delete=models.CASCADE, related_name="rows", db_index=False, db_constraint=False)
    relation = models.CharField(max_length=60, db_collation="C")
    row_id = models.BigIntegerField()
    kept = models.JSONField(null=True, editable=False)
    is_aside = models.BooleanField(default=False, db_default=False)

    class Meta:
        verbose_name = _("row of a merge")
        verbose_name_plural = _("rows of merges")
        default_permissions = ("view",)
        constraints = [models.UniqueConstraint(fields=["relation", "row_id"], name="merged_row_once")]
        indexes = [models.Index(fields=["merge", "relation"], name="merged_row_merge")]

    def __str__(self) -> str:
        return f"{self.relation} {self.row_id}"


class SharedKey(models.Model):
    """A link key that more records have than one customer can: it links none of them.

    `is_apart`: those that it had linked before were taken apart; the row is the queue of that work
    (`customers.identity.merging.crowded`).
    """

    key = models.CharField(_("key"), max_length=400, unique=True, db_collation="C")
    at = models.DateTimeField(_("when"))
    is_apart = models.BooleanField(_("taken apart"), default=False, db_default=False)

    class Meta:
        verbose_name = _("key that too many share")
        verbose_name_plural = _("keys that too many share")
        default_permissions = ("view",)
        indexes = [models.Index(fields=["id"], condition=Q(is_apart=False), name="shared_key_waits")]

    def __str__(self) -> str:
        return self.key
