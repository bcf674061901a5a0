"""What the nightly check found."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class CheckRun(models.Model):
    """One night's check of what is kept against the rows it follows from.

    `found`: list of {"what": "rows" | "built" | "figures", "key": of the rows or of the source, "count": how many},
    of which rows were written anew, and the others marked for the next recompute. Empty: all was well.
    """

    started_at = models.DateTimeField(_("started"))
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    found = models.JSONField(_("found"), default=list, blank=True)

    class Meta:
        ordering = ("-id",)
        verbose_name = _("nightly check")
        verbose_name_plural = _("nightly checks")

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M}"
