"""Who may be the same person under another number: whoever is asked to erase somebody is to know, as they stay."""

from dataclasses import dataclass
from typing import Final

from django.db.models import Q, QuerySet
from django.urls import reverse

from accounts.access import Reader
from customers.identity.normalising import comparable_name
from customers.identity.privacy.subjects import Subject, said_of
from customers.models import ContactPoint, Customer

SHOWN: Final = 20
LOOKED_AT: Final = 500
"""Points of others with a number or an address of theirs; a number that more have is a switchboard's."""


@dataclass(frozen=True, kw_only=True)
class Like:
    """A customer, or a contact person there. `url`: where they are exported and erased."""

    name: str
    url: str


def others_like(subject: Subject, *, reader: Reader) -> list[Like]:
    """Those who have their name, however it is spelt, with an address or a number of theirs; one look by an index."""
    names = {comparable_name(str(one.get("name") or "")) for one in said_of(subject)} - {""}
    found: dict[tuple[int, int | None], Like] = {}
    for point in _points(subject, reader)[:LOOKED_AT]:
        who = point.contact or point.customer
        if comparable_name(who.name) in names:
            found[point.customer_id, point.contact_id] = Like(name=str(who), url=_url(point))
    return list(found.values())[:SHOWN]


def _points(subject: Subject, reader: Reader) -> QuerySet[ContactPoint]:
    theirs = Q(contact=subject.contact) if subject.contact else Q(customer_id__in=subject.ids["customers"])
    reached = ContactPoint.objects.filter(theirs, kind__in=("phone", "email")).exclude(normalised="")
    same = ContactPoint.objects.filter(kind__in=("phone", "email"), normalised__in=reached.values("normalised"))
    seen = same.filter(customer__in=Customer.objects.visible_to(reader)).exclude(pk__in=reached.values("pk"))
    return seen.exclude(theirs).select_related("customer", "contact").order_by("pk")


def _url(point: ContactPoint) -> str:
    contact = f"?contact={point.contact_id}" if point.contact_id else ""
    return reverse("customers:privacy", args=[point.customer_id]) + contact
