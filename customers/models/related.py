"""Customers that belong together and are not one: groups of companies, households, whoever has the same buyer."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.common.audit.tracking import tracked
from customers.querysets.related import RelatedQuerySet


@tracked(fields=("id", "kind", "customer_id", "to_id"))
class Relation(models.Model):
    """What somebody said: that a company is a subsidiary of another, that two share a household or a buyer.

    No keys: what was said of one who was absorbed counts for the survivor, and is theirs again when that is undone.
    Who belongs to whom follows from all of it and stands in `GroupMember`.
    """

    class Kind(models.TextChoices):
        PARENT = "parent", _("Group of companies")
        HOUSEHOLD = "household", _("Household")
        BUYER = "buyer", _("Same buyer")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    customer_id = models.BigIntegerField(_("customer"))
    to_id = models.BigIntegerField(_("related to"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    at = models.DateTimeField(_("when"))

    objects: ClassVar[RelatedQuerySet["Relation"]] = RelatedQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("relation")
        verbose_name_plural = _("relations")
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["customer_id", "kind", "to_id"], name="relation_once"),
            models.UniqueConstraint(fields=["customer_id"], condition=Q(kind="parent"), name="relation_one_parent"),
            models.CheckConstraint(condition=~Q(customer_id=models.F("to_id")), name="relation_of_two"),
        ]
        indexes = [models.Index(fields=["to_id", "kind"], name="relation_to")]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.kind} {self.to_id}"


class GroupMember(models.Model):
    """Who belongs to which group, as the `Relation`s and merges of today have it; a customer is in one of each kind.

    `root_id`: the company at the top, else the member with the smallest number. `parent_id`: of a subsidiary.
    """

    kind = models.CharField(_("kind"), max_length=10, choices=Relation.Kind.choices)
    customer_id = models.BigIntegerField(_("customer"))
    root_id = models.BigIntegerField()
    parent_id = models.BigIntegerField(null=True)

    objects: ClassVar[RelatedQuerySet["GroupMember"]] = RelatedQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("member of a group")
        verbose_name_plural = _("members of groups")
        default_permissions = ("view",)
        constraints = [models.UniqueConstraint(fields=["customer_id", "kind"], name="group_member_once")]
        indexes = [models.Index(fields=["root_id", "kind", "customer_id"], name="group_members")]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.kind} {self.root_id}"
