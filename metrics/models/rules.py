"""The rules that KPI definitions rest on, a row a version; what they mean stands in `metrics.engine.rules`."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.common.audit.tracking import tracked


@tracked(update=False, delete=False)
class KpiRules(models.Model):
    """One version of the rules; the newest is in force. A database trigger refuses to change or remove one.

    The environment gave a new database its first; `metrics.engine.changing_rules.change_rules` adds others.
    """

    RULES: ClassVar = ("answer_within_s", "short_abandon_s", "repeat_window_hours")

    answer_within_s = models.PositiveIntegerField(_("in time within (s)"))
    short_abandon_s = models.PositiveIntegerField(_("wrong number below (s)"))
    repeat_window_hours = models.PositiveIntegerField(_("repeat window (h)"))
    reason = models.TextField(_("reason"))
    set_at = models.DateTimeField(_("set"), auto_now_add=True)
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("set by")
    )

    class Meta:
        ordering = ("-id",)
        verbose_name = _("KPI rules")
        verbose_name_plural = _("KPI rules")
        constraints = [
            models.CheckConstraint(name="kpi_rules_answer", condition=models.Q(answer_within_s__range=(1, 3600))),
            models.CheckConstraint(name="kpi_rules_abandon", condition=models.Q(short_abandon_s__range=(0, 3600))),
            models.CheckConstraint(name="kpi_rules_repeat", condition=models.Q(repeat_window_hours__range=(1, 2160))),
        ]

    def __str__(self) -> str:
        return f"{self.answer_within_s} s, {self.short_abandon_s} s, {self.repeat_window_hours} h"

    @property
    def values(self) -> dict[str, int]:
        """Rule → its value."""
        return {name: getattr(self, name) for name in self.RULES}
