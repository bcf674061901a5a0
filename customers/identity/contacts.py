"""The people at a customer: added, changed, removed and put back here; and whom to ask for first.

What somebody types of them stays whatever files bring (`Contact.typed`); how they are reached makes them found, so that
calls and messages of theirs are their customer's.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.common import versions
from crm.common.errors import DomainError
from crm.common.kept_tables import kept
from crm.common.retrying import may_pass, retried
from customers.identity import points
from customers.identity.holding import hold
from customers.identity.normalising import normalise_email
from customers.identity.phones import normalise_phone
from customers.identity.privacy.suppressing import check_person, refusals_noted
from customers.identity.reviewing.sharing_numbers import propose_who_shares, withdraw_who_shared
from customers.importing.sql import CREATE_TOUCHED, LOCK_TOUCHED
from customers.models import Contact, Customer, SourceRecord

FIELDS: Final = ("name", "job_title", "phone", "email")
COMPARED: Final = (*FIELDS, "is_primary")
REACHED_BY: Final = ("phone", "email")

# The points of one contact as they should be: those that differ go, those that lack come.
_POINTS: Final = """
WITH wanted AS (
  SELECT * FROM unnest(%(kinds)s::text[], %(raws)s::text[], %(normalised)s::text[], %(records)s::bigint[])
    AS w (kind, raw, normalised, record_id) WHERE raw <> ''
), gone AS (
  DELETE FROM customers_contactpoint p WHERE p.contact_id = %(contact)s AND p.kind = ANY(%(kinds)s)
    AND NOT EXISTS (SELECT FROM wanted w WHERE w.kind = p.kind AND w.raw = p.raw AND w.normalised = p.normalised
      AND w.record_id IS NOT DISTINCT FROM p.source_record_id)
  RETURNING p.kind, p.normalised, p.customer_id
), came AS (
  INSERT INTO customers_contactpoint (customer_id, contact_id, source_record_id, kind, raw, normalised)
  SELECT %(customer)s, %(contact)s, w.record_id, w.kind, w.raw, w.normalised FROM wanted w
  WHERE NOT EXISTS (SELECT FROM customers_contactpoint p WHERE p.contact_id = %(contact)s AND p.kind = w.kind
    AND p.raw = w.raw AND p.normalised = w.normalised AND p.source_record_id IS NOT DISTINCT FROM w.record_id)
  RETURNING kind, normalised, customer_id
)
INSERT INTO imp_changed_values
SELECT kind, normalised, customer_id FROM gone UNION SELECT kind, normalised, customer_id FROM came
"""


class ContactGone(DomainError):
    """The contact was removed, or came back, meanwhile."""

    def __init__(self) -> None:
        super().__init__(_("Somebody else has removed this person meanwhile."))


def _may_pass(error: DatabaseError) -> bool:
    """Another may have been made the first to ask for between our look and our writing; now we see that."""
    return isinstance(error, IntegrityError) or may_pass(error)


@refusals_noted
@retried
def add_contact(*, customer: Customer, fields: Mapping[str, str], is_primary: bool = False) -> Contact:
    """Somebody at the customer; whether there is one like them already is the caller's question.

    With a customer who becomes one with another meanwhile they are the other's; raises CustomerGone, ErasedOnRequest.
    """
    said = {name: fields.get(name, "").strip() for name in FIELDS}
    check_person(said)
    with transaction.atomic(), connection.cursor() as cursor:
        theirs = hold(customer)
        typed = [name for name in FIELDS if said[name]]
        contact = Contact.objects.create(customer=theirs, typed=typed, **said)
        if is_primary:
            _put_first(contact)
        _write_points(cursor, contact)
        if said["phone"]:
            _propose_who_shares(contact)
    return contact


def _propose_who_shares(contact: Contact) -> None:
    phone = normalise_phone(contact.phone) if contact.phone else ""
    propose_who_shares(customer_id=contact.customer_id, phone=phone, now=timezone.now())


@refusals_noted
def change_contact(
    *, contact: Contact, fields: Mapping[str, str], is_primary: bool, seen: str | None = None
) -> Contact:
    """Set the fields that differ; from now on they are not the files' to say, an emptied one neither.

    Raises ChangedMeanwhile unless the contact is as `seen`, ContactGone when there is none any more, ErasedOnRequest.
    """
    return retried(_change, passing=_may_pass)(contact, fields, is_primary, seen)


def _change(contact: Contact, fields: Mapping[str, str], is_primary: bool, seen: str | None) -> Contact:
    with transaction.atomic(), connection.cursor() as cursor:
        current = Contact.objects.select_for_update(no_key=True).filter(pk=contact.pk).first()
        versions.check_seen(current, seen, COMPARED)
        if current is None or current.is_erased:
            raise ContactGone
        changed = {name: fields[name].strip() for name in FIELDS if name in fields}
        changed = {name: value for name, value in changed.items() if value != getattr(current, name)}
        before = {name: getattr(current, name) for name in FIELDS}
        check_person({**before, **changed}, before=before)
        for name, value in changed.items():
            setattr(current, name, value)
        current.typed = [name for name in FIELDS if name in current.typed or name in changed]
        if is_primary and not current.is_primary:
            _put_first(current)
        current.is_primary = is_primary
        current.save()
        _write_points(cursor, current)
        if "phone" in changed:
            withdraw_who_shared(customer_id=current.customer_id)
            _propose_who_shares(current)
    return current


def make_primary(*, contact: Contact) -> Contact:
    """The first to ask for at their customer; whoever was is no longer. Raises ContactGone."""
    return change_contact(contact=contact, fields={}, is_primary=True)


@retried
def remove_contact(*, contact: Contact, now: datetime) -> Contact:
    """Take them from the people there, and from those found by phone or e-mail; what was logged with them stays.

    Files that name them do not bring them back. Raises ContactGone when they are not there.
    """
    return _set_removed(contact, now)


@refusals_noted
@retried
def restore_contact(*, contact: Contact) -> Contact:
    """As before they were removed. Raises ContactGone when they are there already, ErasedOnRequest."""
    return _set_removed(contact, None)


def _set_removed(contact: Contact, at: datetime | None) -> Contact:
    with transaction.atomic(), connection.cursor() as cursor:
        found = Contact.everyone.select_for_update(no_key=True).filter(removed_at__isnull=at is not None)
        current = found.filter(pk=contact.pk).first()
        if current is None or current.is_erased:
            raise ContactGone
        if at is None:
            check_person({name: getattr(current, name) for name in FIELDS})
        current.removed_at = at
        current.save(update_fields=["removed_at"])
        _write_points(cursor, current)
        withdraw_who_shared(customer_id=current.customer_id)
        if at is None:
            _propose_who_shares(current)
    return current


def _put_first(contact: Contact) -> None:
    others = Contact.everyone.filter(customer=contact.customer_id, is_primary=True).exclude(pk=contact.pk)
    others.update(is_primary=False)
    contact.is_primary = True
    contact.save(update_fields=["is_primary"])


def _write_points(cursor: CursorWrapper, contact: Contact) -> None:
    """What was typed is nobody else's word; the rest is that of the file's record."""
    record = _record_of(contact)
    said = [] if contact.removed_at else [_point(contact, kind, record) for kind in REACHED_BY]
    columns: list[list[Any]] = [list(column) for column in zip(*said, strict=True)] or [[], [], []]
    raws, normalised, records = columns
    params = {"kinds": list(REACHED_BY), "raws": raws, "normalised": normalised, "records": records}
    cursor = kept(cursor, "contact")
    cursor.execute(CREATE_TOUCHED)
    points.change(cursor, _POINTS, {**params, "contact": contact.pk, "customer": contact.customer_id})
    cursor.execute(LOCK_TOUCHED)
    points.settle(cursor)


def _point(contact: Contact, kind: str, record: SourceRecord | None) -> tuple[str, str, int | None]:
    """As written, normalised, and the record that says so."""
    raw: str = getattr(contact, kind)
    if record is not None and kind not in contact.typed:
        raw = (record.payload or {}).get(kind) or raw
    normalise = normalise_email if kind == "email" else normalise_phone
    return raw, normalise(raw) if raw else "", record.pk if record and kind not in contact.typed else None


def _record_of(contact: Contact) -> SourceRecord | None:
    records = SourceRecord.objects.filter(customer=contact.customer_id, kind="contacts", object_id=contact.pk)
    return records.order_by("pk").first()
