"""Whom a request is about, and what they are called."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection
from django.utils.translation import gettext as _

from crm.common.errors import DomainError
from customers.identity.merging.forest import find_root, merges_below
from customers.identity.privacy.needles import Needles
from customers.identity.privacy.suppressing import PEOPLE, person_keys, record_key
from customers.models import Contact, ContactPoint, Customer, Merge, PrivacyRequest, SourceRecord

_SAID: Final = ("name", "tax_id", "email", "phone", "address", "birth_date")
TYPED: Final = "crm:typed"


class NotAPerson(DomainError):
    """An organization has no right to be forgotten; the people there have."""

    def __init__(self) -> None:
        super().__init__(_("An organization is not a person. Its people are exported and erased one by one."))


class PersonGone(DomainError):
    """There is nobody of that number."""

    def __init__(self) -> None:
        super().__init__(_("There is no such person any more."))


@dataclass(frozen=True, kw_only=True)
class Subject:
    """A customer who is a person; or a contact person of one. `absorbed`: whom the customer has become one with;
    `earlier`: at whom else the contact person once was, with whom what was logged then still stands.
    """

    customer: Customer
    contact: Contact | None = None
    absorbed: tuple[int, ...] = ()
    earlier: tuple[int, ...] = ()

    @property
    def is_contact(self) -> bool:
        return self.contact is not None

    @property
    def contact_id(self) -> int | None:
        return self.contact.pk if self.contact else None

    @property
    def number(self) -> int:
        return self.contact.pk if self.contact else self.customer.pk

    @property
    def name(self) -> str:
        return str(self.contact or self.customer)

    @property
    def is_erased(self) -> bool:
        return self.contact.is_erased if self.contact else self.customer.is_erased

    @property
    def ids(self) -> dict[str, list[int]]:
        """Parameters of the conditions of `customers.registry.personal`."""
        customers = [self.customer.pk, *(self.earlier if self.contact else self.absorbed)]
        return {"customers": customers, "contacts": [self.contact.pk] if self.contact else []}


def find_subject(*, customer_id: int, contact_id: int | None = None) -> Subject:
    """Of a customer who was absorbed: whoever has what was theirs. Raises NotAPerson, PersonGone."""
    customer = (
        Customer.objects.filter(pk=customer_id).first()
        or Customer.objects.filter(pk=find_root(customer_id) or 0).first()
    )
    if contact_id is not None:
        contact = Contact.everyone.select_related("customer").filter(pk=contact_id).first()
        if contact is None:
            raise PersonGone
        return Subject(customer=contact.customer, contact=contact, earlier=_earlier(contact))
    if customer is None:
        raise PersonGone
    if customer.kind != Customer.Kind.PERSON:
        raise NotAPerson
    with connection.cursor() as cursor:
        below = merges_below(cursor, customer.pk)
    absorbed = Merge.objects.filter(pk__in=below).order_by("pk").values_list("absorbed_id", flat=True)
    return Subject(customer=customer, absorbed=tuple(absorbed))


def _earlier(contact: Contact) -> tuple[int, ...]:
    """By the history of their row: a file may have moved them, or a merge; and who has become of those customers."""
    events: Any = Contact.pgh_event_model.objects  # type: ignore[attr-defined]
    were = set(events.filter(pgh_obj_id=contact.pk).values_list("customer_id", flat=True))
    roots = Merge.objects.filter(Merge.ACTIVE, absorbed_id__in=were).values_list("root_id", flat=True)
    return tuple(sorted({one for one in (*were, *roots) if one} - {contact.customer_id}))


def erase_of(customer: Customer, *, contact: Contact | None = None) -> PrivacyRequest | None:
    """The request by which they were erased, or are being."""
    erases = PrivacyRequest.objects.filter(what=PrivacyRequest.What.ERASE, confirmed_at__isnull=False)
    found = erases.filter(customer_id=customer.pk, contact_id=contact.pk if contact else None)
    return found.order_by("-pk").first()


def subject_of(request: PrivacyRequest) -> Subject:
    return find_subject(customer_id=request.customer_id, contact_id=request.contact_id)


def keys_of(subject: Subject) -> set[str]:
    """All that the person would be known by, should a file bring them again."""
    keys: set[str] = set()
    for said in said_of(subject):
        keys |= person_keys(said)
    for system, kind, external_id in (
        _records(subject).exclude(system__key=TYPED).values_list("system__key", "kind", "external_id")
    ):
        keys.add(record_key(system=system, kind=kind, external_id=external_id))
    return keys


def needles_of(subject: Subject) -> Needles:
    """How texts name them."""
    named = _records(subject).exclude(system__key=TYPED).values_list("external_id", flat=True)
    return Needles(said_of(subject), keys=named)


def said_of(subject: Subject) -> Iterator[Mapping[str, Any]]:
    """What is said of them by their row, by each source, by the customers they absorbed, and what was said before."""
    row: Any = subject.contact or subject.customer
    now = {name: getattr(row, name, None) for name in _SAID}
    yield now
    said = [*_of_records(subject), *_before(subject), *_of_merges(subject)]
    yield from said
    names = {one.get("name") for one in (now, *said)} - {None, ""}
    for kind, raw in _points(subject).filter(kind__in=("email", "phone")).values_list("kind", "raw"):
        for name in sorted(names, key=str):
            yield {"name": name, kind: raw}


def _records(subject: Subject) -> Any:
    records = SourceRecord.objects.filter(customer_id__in=subject.ids["customers"], kind__in=PEOPLE)
    if subject.contact:
        return records.filter(kind="contacts", object_id=subject.contact.pk)
    return records


def _of_records(subject: Subject) -> Iterator[Mapping[str, Any]]:
    kind = "contacts" if subject.is_contact else "customers"
    yield from (payload or {} for payload in _records(subject).filter(kind=kind).values_list("payload", flat=True))


def _points(subject: Subject) -> Any:
    if subject.contact:
        return ContactPoint.objects.filter(contact=subject.contact)
    return ContactPoint.objects.filter(customer_id__in=subject.ids["customers"], contact=None)


def _before(subject: Subject) -> Iterator[Mapping[str, Any]]:
    model: Any = Contact if subject.contact else Customer
    ids = [subject.contact.pk] if subject.contact else subject.ids["customers"]
    names = [name for name in _SAID if hasattr(model.pgh_event_model, name)]
    yield from model.pgh_event_model.objects.filter(pgh_obj_id__in=ids).exclude(name="").values(*names).distinct()


def _of_merges(subject: Subject) -> Iterator[Mapping[str, Any]]:
    absorbed = Merge.objects.filter(Merge.ACTIVE, absorbed_id__in=subject.absorbed)
    for name, snapshot in absorbed.values_list("name", "snapshot"):
        said = snapshot.get("customer") or {}
        yield {"name": name, **{field: said[field] for field in _SAID if said.get(field)}}
