"""Who is at a customer, as pages show it."""

from datetime import datetime, timedelta
from typing import Final

from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet

from accounts.models import User
from customers.identity.normalising import normalise_email
from customers.identity.phones import normalise_phone
from customers.models import Contact, ContactPoint, Customer, SourceRecord

Reader = User | AnonymousUser
PUT_BACK_WITHIN: Final = timedelta(days=30)
ALIKE_SHOWN: Final = 5


def people(customer: Customer) -> QuerySet[Contact]:
    """Those there. `sources`: the names of the systems whose files speak of each."""
    records = SourceRecord.objects.filter(customer=OuterRef("customer"), kind="contacts", object_id=OuterRef("pk"))
    names = records.order_by("system__rank", "system__key").values("system__name")
    return Contact.objects.filter(customer=customer).annotate(sources=ArraySubquery(names))


def removed_people(customer: Customer, *, now: datetime) -> QuerySet[Contact]:
    """Those removed within thirty days, the last one first."""
    removed = Contact.everyone.filter(customer=customer, removed_at__gte=now - PUT_BACK_WITHIN)
    return removed.order_by("-removed_at", "-pk")


def find_contact(*, pk: int, user: Reader, removed: bool = False) -> Contact | None:
    """Somebody at a customer the user may see; one query."""
    contacts = Contact.everyone.filter(customer__in=Customer.objects.visible_to(user), removed_at__isnull=not removed)
    return contacts.filter(pk=pk).first()


def alike(*, customer: Customer, reader: Reader, contact: Contact | None, phone: str, email: str) -> list[ContactPoint]:
    """Who else is reached by the same phone or e-mail: other people, and other customers; at most five.

    The customer's own numbers are no reason to ask: many people share a switchboard. Two index probes.
    """
    values = {"phone": normalise_phone(phone) if phone else "", "email": normalise_email(email)}
    visible = ContactPoint.objects.filter(customer__in=Customer.objects.visible_to(reader))
    others = visible.exclude(customer=customer, contact=None).select_related("customer", "contact")
    if contact is not None:
        others = others.exclude(contact=contact)
    found: dict[tuple[int, int | None], ContactPoint] = {}
    for kind, normalised in values.items():
        if normalised:
            for point in others.filter(kind=kind, normalised=normalised).order_by("pk")[:ALIKE_SHOWN]:
                found.setdefault((point.customer_id, point.contact_id), point)
    return list(found.values())[:ALIKE_SHOWN]
