"""The unified customer: who they are, the people there, how to reach them."""

from typing import Any, ClassVar, Final

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Team
from crm.common.audit.tracking import tracked
from crm.common.sqlfunctions import CrmFold, CrmNorm, PlainTaxId
from customers.querysets.customers import CustomerQuerySet

ERASED_KEY: Final = "erased:"
"""How the link key of a person begins who was erased on request; no record makes such a key."""
ERASED: Final = "erased"
"""Among the typed fields of a contact person: erased on request."""


def erased_name(pk: int) -> str:
    """What stands for the name of a person who was erased."""
    return f"Erased person {pk}"


def shown_name(pk: int, name: str) -> str:
    """A customer's or contact person's name, as people read it."""
    return gettext("Erased person %(number)d") % {"number": pk} if name == erased_name(pk) else name


ORDERED: Final = {"name": "search", "creation": "created_at", "contact": "last_contact_at", "owner": "owner"}
"""Order of a list → the field by which an index has it,"""
PASSED_OVER: Final = ("city", "industry", "kind", "country", "language")
"""and what it knows of each customer beside that: who is not asked for is passed over without being looked up."""

# New entries wait in a list of at most so many kB, which `customers.importing.pending_entries` merges.
TRIGRAMS: dict[str, Any] = {"opclasses": ["gin_trgm_ops"], "fastupdate": True, "gin_pending_list_limit": 4096}


@tracked(
    exclude=("search", "created_at", "updated_at", "tier", "last_contact_at", "provenance", "link_key"),
    customer="id",
)
class Customer(models.Model):
    """An organization or a person, one row however many systems know them.

    Every field a source can give is the winner of its survivorship rule (`customers.identity.survivorship`): without
    one, the most trusted system that gives it, then the smallest external id. `provenance` maps field → source record
    id.
    `link_key` decides which source records are the same customer (`customers.identity.linking`).
    """

    class Kind(models.TextChoices):
        ORGANIZATION = "organization", _("organization")
        PERSON = "person", _("person")

    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices, default=Kind.ORGANIZATION)
    name = models.CharField(_("name"), max_length=300)
    tax_id = models.CharField(_("tax ID"), max_length=50, blank=True)
    email = models.CharField(_("e-mail"), max_length=254, blank=True)
    phone = models.CharField(_("phone"), max_length=50, blank=True)
    address = models.CharField(_("address"), max_length=500, blank=True)
    city = models.CharField(_("city"), max_length=150, blank=True)
    region = models.CharField(_("region"), max_length=150, blank=True)
    country = models.CharField(_("country"), max_length=100, blank=True)
    postcode = models.CharField(_("postcode"), max_length=20, blank=True)
    industry = models.CharField(_("industry"), max_length=150, blank=True)
    language = models.CharField(_("language"), max_length=20, blank=True)
    birth_date = models.DateField(_("date of birth"), null=True, blank=True)

    link_key = models.CharField(max_length=400, unique=True, null=True, editable=False, db_collation="C")  # noqa: DJ001 - many have none, and it is unique
    provenance = models.JSONField(default=dict, editable=False)
    tier = models.ForeignKey(
        "customers.Tier",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="customers",
        verbose_name=_("tier"),
        db_index=False,
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="customers",
        verbose_name=_("owner"),
        db_index=False,
    )
    team = models.ForeignKey(
        Team,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="customers",
        verbose_name=_("team"),
        db_index=False,
    )
    last_contact_at = models.DateTimeField(_("last contact"), null=True, blank=True, editable=False)
    search = models.GeneratedField(expression=CrmFold("name"), output_field=models.TextField(), db_persist=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated"), auto_now=True)

    objects: ClassVar[CustomerQuerySet["Customer"]] = CustomerQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        permissions = [("export_customer", _("Can export customers")), ("merge_customer", _("Can merge customers"))]
        indexes = [
            # Behind the key of an order what else is asked for: who does not fit is passed over within the index.
            *(
                models.Index(fields=[field, "id", *PASSED_OVER], name=f"customer_ordered_by_{order}")
                for order, field in ORDERED.items()
            ),
            models.Index(fields=["tier", "search", "id"], name="customer_tier_by_name"),
            models.Index(fields=["tier", "id"], include=["search"], name="customer_by_tier"),
            models.Index(fields=["country", "search", "id"], name="customer_country_by_name"),
            models.Index(
                fields=["owner", "search", "id"],
                condition=models.Q(owner__isnull=False),
                name="customer_owned_by_name",
            ),
            models.Index(fields=["team", "search", "id"], name="customer_team_by_name"),
            models.Index(CrmNorm("city"), "tier", "id", name="customer_by_city"),
            *(
                models.Index(fields=[field, "tier", "id"], name=f"customer_{field}_by_tier")
                for field in ("city", "country", "kind", "language")
            ),
            models.Index(fields=["industry", "language", "kind"], name="customer_by_industry"),
            # Of whom no record is linked by it: those who get to know that too many have it.
            models.Index(
                PlainTaxId("tax_id"),
                condition=~models.Q(tax_id="") & (models.Q(link_key=None) | models.Q(link_key__startswith="rec:")),
                name="customer_alone_by_tax_id",
            ),
            GinIndex(fields=["search"], **TRIGRAMS, name="customer_search"),
            models.Index(fields=["search"], opclasses=["text_pattern_ops"], name="customer_search_start"),
        ]

    def __str__(self) -> str:
        return shown_name(self.pk, self.name)

    def get_absolute_url(self) -> str:
        return reverse("customers:detail", args=[self.pk])

    @property
    def is_erased(self) -> bool:
        return (self.link_key or "").startswith(ERASED_KEY)


class PresentContacts(models.Manager["Contact"]):
    """Those still there. Whoever was removed is found by `everyone`, and by what refers to them."""

    def get_queryset(self) -> models.QuerySet["Contact"]:
        return super().get_queryset().filter(removed_at=None)


@tracked(in_bulk=False, exclude=("search",), customer="customer_id", contact="id")
class Contact(models.Model):
    """A person at a customer. `typed`: fields that somebody set here, which no file overwrites.

    One who was removed (`removed_at`) stays named by the contacts logged with them, and can be put back.
    """

    customer = models.ForeignKey(
        Customer, on_delete=models.CASCADE, related_name="contacts", verbose_name=_("customer")
    )
    name = models.CharField(_("name"), max_length=300)
    job_title = models.CharField(_("job title"), max_length=150, blank=True)
    email = models.CharField(_("e-mail"), max_length=254, blank=True)
    phone = models.CharField(_("phone"), max_length=50, blank=True)
    is_primary = models.BooleanField(_("first to ask for"), default=False, db_default=False)
    typed = ArrayField(models.CharField(max_length=20), default=list, db_default=[], blank=True, editable=False)
    removed_at = models.DateTimeField(null=True, blank=True, editable=False)
    search = models.GeneratedField(expression=CrmFold("name"), output_field=models.TextField(), db_persist=True)

    objects: ClassVar[PresentContacts] = PresentContacts()
    everyone: ClassVar[models.Manager["Contact"]] = models.Manager()

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        constraints = [
            models.UniqueConstraint(
                fields=["customer"], condition=models.Q(is_primary=True), name="contact_primary_once"
            )
        ]
        indexes = [GinIndex(fields=["search"], **TRIGRAMS, name="contact_search")]

    def __str__(self) -> str:
        return shown_name(self.pk, self.name)

    @property
    def is_erased(self) -> bool:
        return ERASED in self.typed


class ContactPoint(models.Model):
    """One way to reach a customer or a contact there: as written, and normalised for comparing and searching.

    `normalised`: phone → E.164 without the plus (digits only); e-mail → lower case; others → `crm_norm`.
    """

    class Kind(models.TextChoices):
        PHONE = "phone", _("phone")
        EMAIL = "email", _("e-mail")
        ADDRESS = "address", _("address")
        WEB = "web", _("web")
        MESSENGER = "messenger", _("messenger")

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="contact_points", db_index=False)
    contact = models.ForeignKey(
        Contact, on_delete=models.CASCADE, null=True, blank=True, related_name="contact_points", db_index=False
    )
    source_record = models.ForeignKey(
        "customers.SourceRecord", on_delete=models.SET_NULL, null=True, blank=True, related_name="contact_points"
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    raw = models.CharField(_("as written"), max_length=500)
    normalised = models.CharField(_("normalised"), max_length=500, db_collation="C")

    class Meta:
        verbose_name = _("contact point")
        verbose_name_plural = _("contact points")
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "contact", "kind", "normalised", "source_record"],
                name="contact_point_unique",
                nulls_distinct=False,
            )
        ]
        indexes = [
            models.Index(fields=["kind", "normalised"], name="contact_point_exact"),
            models.Index(
                fields=["contact"], condition=models.Q(contact__isnull=False), name="contact_point_of_contact"
            ),
            *(
                GinIndex(
                    fields=["normalised"],
                    **TRIGRAMS,
                    condition=models.Q(kind=kind),
                    name=f"contact_point_{kind}",
                )
                for kind in ("phone", "email")
            ),
        ]

    def __str__(self) -> str:
        return self.raw


class PointMark(models.Model):
    """A phone number or e-mail address that came, went or moved, until what is known by it was looked at once more.

    `waits_for`: the transactions that were writing facts when they were first looked at; null before
    (`customers.interactions.following`).
    """

    kind = models.CharField(max_length=10, choices=ContactPoint.Kind.choices)
    normalised = models.CharField(max_length=500, db_collation="C")
    customer_id = models.BigIntegerField()
    waits_for = ArrayField(models.TextField(), null=True)

    class Meta:
        verbose_name = _("contact point mark")
        verbose_name_plural = _("contact point marks")
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self.kind} {self.normalised}"
