"""Which of the values that sources give a field of a customer is shown."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.common.audit.tracking import tracked


@tracked(delete=False)
class SurvivorshipRule(models.Model):
    """The rule of one field; a field without one goes by the sources' ranks of trust.

    `systems`: for `RANKED`, ids of the source systems that come first for this field, in their order.
    """

    class Rule(models.TextChoices):
        RANKED = "ranked", _("most trusted source")
        NEWEST = "newest", _("newest value")
        LONGEST = "longest", _("longest value")
        MOST_FREQUENT = "most_frequent", _("most frequent value")

    field = models.CharField(_("field"), max_length=20, unique=True, editable=False)
    rule = models.CharField(_("rule"), max_length=20, choices=Rule.choices, default=Rule.RANKED)
    systems = ArrayField(models.BigIntegerField(), verbose_name=_("order of its own"), default=list, blank=True)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", editable=False
    )
    changed_at = models.DateTimeField(_("changed"), editable=False)

    class Meta:
        verbose_name = _("survivorship rule")
        verbose_name_plural = _("survivorship rules")
        default_permissions = ("view", "change")
        constraints = [
            models.CheckConstraint(condition=Q(rule="ranked") | Q(systems=[]), name="survivorship_order_of_ranked")
        ]

    def __str__(self) -> str:
        return self.field
