"""Views of lists that people keep: what they are narrowed to, which columns they show and in which order."""

from typing import ClassVar, Self

import pghistory
import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.access import Reader
from accounts.models.staff import Team, User, changes


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    def visible_to(self, user: Reader) -> Self:
        """One's own, those of one's team, and everyone's."""
        if isinstance(user, User):
            mine = Q(owner=user) | Q(shared=SavedView.Shared.EVERYONE)
            if user.team_id:
                mine |= Q(shared=SavedView.Shared.TEAM, team=user.team_id)
            return self.filter(mine)
        return self if user.has_perm("accounts.view_savedview") else self.none()


@pghistory.track(*changes(), level=pgtrigger.Statement)
class SavedView(models.Model):
    """A way to look at the list `of_list` (`Table.key`).

    `conditions`: {"all": [...]} or {"any": [...]} of {"field": key, "op": key, "value": …} and groups nested once
    (`crm.common.lists.conditions`); fields that the list has no longer are passed over, and said. `columns`: keys in
    their order, empty for the list's own; `sort` as in `?sort=`. `default_for`: roles whose members begin with it.
    """

    class Shared(models.TextChoices):
        MINE = "mine", _("only me")
        TEAM = "team", _("my team")
        EVERYONE = "everyone", _("everyone")

    class Density(models.TextChoices):
        NORMAL = "", _("normal")
        COMPACT = "compact", _("compact")

    of_list = models.CharField(max_length=60)
    name = models.CharField(_("name"), max_length=80)
    owner = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="saved_views", verbose_name=_("made by"), db_index=False
    )
    shared = models.CharField(_("for"), max_length=10, choices=Shared.choices, default=Shared.MINE)
    team = models.ForeignKey(
        Team, on_delete=models.CASCADE, null=True, blank=True, related_name="saved_views", verbose_name=_("team")
    )
    conditions = models.JSONField(default=dict)
    search = models.CharField(max_length=200, blank=True)
    columns = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    sort = models.CharField(max_length=60, blank=True)
    density = models.CharField(_("rows"), max_length=10, choices=Density.choices, blank=True, default=Density.NORMAL)
    default_for = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    is_picked = models.BooleanField(
        default=False, help_text=_("Holds rows that were picked by hand, beside what the conditions leave.")
    )

    objects: ClassVar[SavedViewQuerySet] = SavedViewQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("name", "id")
        verbose_name = _("view")
        verbose_name_plural = _("views")
        permissions = [("share_savedview", _("Can share views with everyone"))]
        constraints = [
            models.UniqueConstraint(fields=["owner", "of_list", "name"], name="saved_view_name_unique"),
            models.CheckConstraint(
                name="saved_view_team_where_shared", condition=Q(shared="team", team__isnull=False) | ~Q(shared="team")
            ),
        ]

    def __str__(self) -> str:
        return self.name


class SavedViewRow(models.Model):
    """A row that somebody picked for a view: its id in the table the list shows."""

    view = models.ForeignKey(SavedView, on_delete=models.CASCADE, related_name="rows", db_index=False)
    row_id = models.BigIntegerField()

    class Meta:
        verbose_name = _("picked row")
        verbose_name_plural = _("picked rows")
        default_permissions = ("view",)
        constraints = [models.UniqueConstraint(fields=["view", "row_id"], name="saved_view_row_unique")]

    def __str__(self) -> str:
        return str(self.row_id)
