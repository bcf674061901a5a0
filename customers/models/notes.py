"""What people keep with a customer beside the log: notes, files, tags; and whose eyes are on whom."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from crm.common.audit.tracking import tracked
from customers.models.customers import Customer
from customers.models.interactions import Interaction
from customers.querysets.notes import AttachmentQuerySet, NoteQuerySet


@tracked(exclude=("updated_at",), customer="customer_id")
class Note(models.Model):
    """Something worth knowing of a customer that no contact brought. Pinned ones stand above the timeline."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="notes", db_index=False)
    body = models.TextField(_("note"), max_length=20_000)
    is_pinned = models.BooleanField(_("pinned"), default=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField(auto_now=True)
    edited_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[NoteQuerySet["Note"]] = NoteQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        indexes = [
            models.Index(fields=["customer", "-created_at", "-id"], name="note_timeline"),
            models.Index(fields=["customer"], condition=models.Q(is_pinned=True), name="note_pinned"),
        ]

    def __str__(self) -> str:
        return self.body[:60]


@tracked(customer="customer_id", keeps=("content_type", "stored"))
class Attachment(models.Model):
    """A file with a customer, a contact or a note of theirs. `content_type` is what its bytes say it is.

    `stored`: its name in the folder of attachments, random; whoever may see the customer may download it.
    """

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="attachments", db_index=False)
    interaction = models.ForeignKey(
        Interaction, on_delete=models.SET_NULL, null=True, blank=True, related_name="attachments"
    )
    note = models.ForeignKey(Note, on_delete=models.SET_NULL, null=True, blank=True, related_name="attachments")
    name = models.CharField(_("name"), max_length=255)
    content_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField(_("size"))
    digest = models.CharField(max_length=64, db_collation="C")
    stored = models.CharField(max_length=64, unique=True, db_collation="C")
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    added_at = models.DateTimeField(_("added"))

    objects: ClassVar[AttachmentQuerySet["Attachment"]] = AttachmentQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("file")
        verbose_name_plural = _("files")
        default_permissions = ("add", "delete", "view")
        indexes = [models.Index(fields=["customer", "-added_at", "-id"], name="attachment_timeline")]

    def __str__(self) -> str:
        return self.name


@tracked()
class Tag(models.Model):
    """A word that customers are marked with."""

    name = models.CharField(_("name"), max_length=60)
    colour = models.CharField(_("colour"), max_length=20, default="secondary")

    class Meta:
        ordering = (Lower("name"), "id")
        verbose_name = _("tag")
        verbose_name_plural = _("tags")
        constraints = [models.UniqueConstraint(Lower("name"), name="tag_name_unique")]

    def __str__(self) -> str:
        return self.name


@tracked(customer="customer_id")
class CustomerTag(models.Model):
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="tagged", db_index=False)
    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, related_name="tagged", db_index=False)

    class Meta:
        verbose_name = _("tag of a customer")
        verbose_name_plural = _("tags of customers")
        default_permissions = ("view",)
        constraints = [models.UniqueConstraint(fields=["customer", "tag"], name="customer_tag_unique")]
        indexes = [models.Index(fields=["tag", "customer"], name="customer_tag_by_tag")]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.tag_id}"


class Follow(models.Model):
    """Somebody wants to know what happens with a customer. `told_until`: what happened since is still to be told."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="follows", db_index=False)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="followers")
    since = models.DateTimeField()
    told_until = models.DateTimeField()

    class Meta:
        verbose_name = _("follower")
        verbose_name_plural = _("followers")
        default_permissions = ("view",)
        constraints = [models.UniqueConstraint(fields=["user", "customer"], name="follow_once")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.customer_id}"


class Visit(models.Model):
    """When somebody last opened a customer's page."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="visits", db_index=False)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("visit")
        verbose_name_plural = _("visits")
        default_permissions = ("view",)
        constraints = [models.UniqueConstraint(fields=["user", "customer"], name="visit_last")]
        indexes = [models.Index(fields=["user", "-at"], name="visit_recent")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.customer_id}"
