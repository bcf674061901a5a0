"""What a member of staff is told: in the page, and in the mail of the morning."""

from typing import ClassVar, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.access import Reader
from accounts.models.staff import User


class NoticeQuerySet(models.QuerySet["Notice"]):
    def visible_to(self, user: Reader) -> Self:
        """One's own; the operator's jobs see all."""
        if isinstance(user, User):
            return self.filter(user=user)
        return self if user.has_perm("accounts.view_notice") else self.none()


class Notice(models.Model):
    """Something that one person should know. `kind` says which words (`accounts.domain.notices`), `data` what in them.

    `key`: the same thing is told once: a second one with the key of the first is not made. `customer_id`: whose
    affair it is, so that it goes when that person is erased.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="notices", db_index=False)
    kind = models.CharField(max_length=40)
    data = models.JSONField(default=dict)
    url = models.CharField(max_length=300, blank=True)
    customer_id = models.BigIntegerField(null=True, blank=True)
    key = models.CharField(max_length=150, db_collation="C")
    at = models.DateTimeField(_("when"))
    read_at = models.DateTimeField(_("read"), null=True, blank=True)
    mailed_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[NoticeQuerySet] = NoticeQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        default_permissions = ("view",)
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="notice_told_once")]
        indexes = [
            models.Index(fields=["user", "-at", "-id"], name="notice_newest"),
            models.Index(fields=["user"], condition=models.Q(read_at=None), name="notice_unread"),
            models.Index(fields=["customer_id"], name="notice_customer"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"
