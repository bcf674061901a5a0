"""What was done that leaves no other trace: data that went out."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class AuditEntry(models.Model):
    """One such deed. The database refuses to change or delete it; so nothing in it names a customer.

    The user is a number and no reference: the leaf kit knows no staff, and an entry outlives whatever it speaks of.
    """

    at = models.DateTimeField(_("at"))
    user_id = models.BigIntegerField(_("user"), null=True)
    what = models.CharField(_("what"), max_length=60)
    count = models.BigIntegerField(_("count"), null=True)
    details = models.JSONField(_("details"), default=dict)

    class Meta:
        ordering = ("-id",)
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit log")
        indexes = [models.Index(fields=["user_id", "-id"], name="audit_by_user")]

    def __str__(self) -> str:
        return f"{self.what} ({self.user_id})"
