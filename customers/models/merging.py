"""Customers that turned out to be one: who gave all they had to whom, and what gives it back."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.common.audit.tracking import tracked


@tracked(
    fields=("id", "survivor_id", "absorbed_id", "how", "by", "undone_at", "undone_by"),
    delete=False,
)
class Merge(models.Model):
    """The absorbed customer's row is gone; it lies in `snapshot`, with what is theirs alone, by table.

    `root_id`: whoever survived, and the survivor of that one, and so on. `link_key`: files that bring it mean the
    absorbed. `gave`: which of their fields the root shows because it has none of its own, as {column: id}.
    `chosen`: values that whoever merged them chose against the sources' ranks (`choosing`).
    """

    class How(models.TextChoices):
        HAND = "hand", _("by a person")
        RULE = "rule", _("by a rule")

    survivor_id = models.BigIntegerField(_("survivor"))
    absorbed_id = models.BigIntegerField(_("absorbed"))
    root_id = models.BigIntegerField()
    name = models.CharField(_("name"), max_length=300)
    link_key = models.CharField(max_length=400, null=True, editable=False, db_collation="C")  # noqa: DJ001 - as a customer's
    snapshot = models.JSONField(default=dict, editable=False)
    gave = models.JSONField(default=dict, editable=False)
    chosen = models.JSONField(default=dict, db_default={}, editable=False)
    moved = models.JSONField(_("moved"), default=dict, editable=False)
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
