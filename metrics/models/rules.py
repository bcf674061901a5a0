"""The rules that KPI definitions rest on, a row a version; what they mean stands in `metrics.engine.rules`."""

from typing import Any, ClassVar, Final

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.common.audit.tracking import tracked

WEIGHTS: Final = {
    "name": 3, "tax_id": 4, "email": 5, "phone": 5, "address": 2, "city": 3, "region": 1, "country": 3, "postcode": 2,
    "industry": 2, "language": 1, "birth_date": 1, "unique": 5, "fresh": 5,
}  # fmt: skip
"""Of the data hygiene: what a new database begins with."""


def _weight(of: str) -> Any:
    return models.PositiveSmallIntegerField(default=WEIGHTS[of], db_default=WEIGHTS[of])


@tracked(update=False, delete=False)
class KpiRules(models.Model):
    """One version of the rules; the newest is in force. A database trigger refuses to change or remove one.

    The environment gave a new database its first; `metrics.engine.changing_rules.change_rules` adds others.
    """

    RULES: ClassVar = (
        "answer_within_s", "short_abandon_s", "repeat_window_hours", *(f"hygiene_{of}" for of in WEIGHTS),
        "hygiene_fresh_months",
    )  # fmt: skip

    answer_within_s = models.PositiveIntegerField(_("in time within (s)"))
    short_abandon_s = models.PositiveIntegerField(_("wrong number below (s)"))
    repeat_window_hours = models.PositiveIntegerField(_("repeat window (h)"))
    hygiene_name = _weight("name")
    hygiene_tax_id = _weight("tax_id")
    hygiene_email = _weight("email")
    hygiene_phone = _weight("phone")
    hygiene_address = _weight("address")
    hygiene_city = _weight("city")
    hygiene_region = _weight("region")
    hygiene_country = _weight("country")
    hygiene_postcode = _weight("postcode")
    hygiene_industry = _weight("industry")
    hygiene_language = _weight("language")
    hygiene_birth_date = _weight("birth_date")
    hygiene_unique = _weight("unique")
    hygiene_fresh = _weight("fresh")
    hygiene_fresh_months = models.PositiveSmallIntegerField(default=12, db_default=12)
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
            *(
                models.CheckConstraint(name=f"kpi_rules_{of}", condition=models.Q(**{f"hygiene_{of}__range": (0, 100)}))
                for of in WEIGHTS
            ),
            models.CheckConstraint(
                name="kpi_rules_fresh_months", condition=models.Q(hygiene_fresh_months__range=(1, 120))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.answer_within_s} s, {self.short_abandon_s} s, {self.repeat_window_hours} h"

    @property
    def values(self) -> dict[str, int]:
        """Rule → its value."""
        return {name: getattr(self, name) for name in self.RULES}
