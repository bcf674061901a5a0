"""One row: what every figure of this database is reckoned by."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.common.audit.tracking import tracked


@tracked(fields=("id", "time_zone", "currency"))
class Company(models.Model):
    """`CRM_TIME_ZONE` and `CRM_CURRENCY` gave a new database its first values; from then on this row holds.

    `zone_changing_since` is set while a changed zone is being written through to the stored days (see
    `customers.time_zone`): the moment that began. A job goes by it.
    """

    id = models.SmallIntegerField(primary_key=True, default=1, editable=False)
    time_zone = models.CharField(_("time zone"), max_length=60)
    currency = models.CharField(_("currency"), max_length=3)
    zone_changing_since = models.DateTimeField(null=True, blank=True, editable=False)
    changed_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("company")
        verbose_name_plural = _("company")
        constraints = [models.CheckConstraint(name="company_one_row", condition=models.Q(id=1))]

    def __str__(self) -> str:
        return f"{self.time_zone}, {self.currency}"
