"""What a person typed is taken back field by field: what the sources say shows again.

What was released stays beside the record that said it, so that it can be put back as it was: with who typed it, and
when. What was typed of somebody who became one with the customer is released with it, and is theirs again when the
merge is undone.
"""

from datetime import datetime
from typing import Any, Final

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext as _

from accounts.models import User
from crm.common import versions
from crm.common.audit.recording import record as note
from crm.common.errors import DomainError
from crm.common.retrying import retried
from customers.identity import editing
from customers.identity.holding import CUSTOMERS, CustomerGone, refuse_erased
from customers.identity.privacy.suppressing import check_person, refusals_noted
from customers.identity.reviewing.sharing_numbers import withdraw_who_shared
from customers.identity.survivorship import FIELDS, TYPED, settle
from customers.models import Customer, SourceRecord

PERMISSION: Final = "customers.change_customer"


class OnlyName(DomainError):
    """No source gives the customer a name, so the one that was typed stays."""


class NothingTyped(DomainError):
    """Nobody has typed the field, or it was released before."""


class TypedAnew(DomainError):
    """Somebody has typed another value since it was released, or has put it back before."""


@retried
def release(*, customer: Customer, field: str, seen: str, by: User, now: datetime) -> Customer:
    """Take back what people typed in the field. `put_back` reverses it.

    Raises ChangedMeanwhile unless the customer is as `seen`, CustomerGone, PersonErased, NothingTyped, OnlyName.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        current = _locked(customer)
        versions.check_seen(current, seen, FIELDS)
        typed = [record for record in _typed(current) if _said(record, field)]
        if not typed:
            raise NothingTyped(_("Nobody has typed this, or it was released before."))
        if field == "name" and not _sources_name(current):
            raise OnlyName(_("No source gives this customer a name, so the one that was typed stays."))
        note(what="customers.release", by=by, details={"customer": current.pk, "field": field})
        taken = {record.pk: _released(record, field, by, now) for record in typed}
        editing.take_back(cursor, current, [field])
        typed = [record for record in _typed(current) if record.pk in taken]
        for record in typed:
            payload = {name: value for name, value in (record.payload or {}).items() if name != field}
            _save(record, payload, (record.released or {}) | {field: taken[record.pk]})
        _settle(cursor, current, typed)
    return Customer.objects.get(pk=current.pk)


@refusals_noted
@retried
def put_back(*, customer: Customer, field: str, by: User) -> Customer:
    """What was released in the field is what people typed again. Raises CustomerGone, TypedAnew, ErasedOnRequest."""
    with transaction.atomic(), connection.cursor() as cursor:
        current = _locked(customer)
        before = {name: getattr(current, name) for name in FIELDS}
        typed = [record for record in _typed(current) if field in (record.released or {})]
        if not typed or any(_said(record, field) for record in _typed(current)):
            raise TypedAnew(_("This was typed anew or put back meanwhile."))
        note(what="customers.put_back", by=by, details={"customer": current.pk, "field": field})
        for record in typed:
            released = dict(record.released or {})
            one = released.pop(field)
            for name in editing.NOTED:
                known = dict(getattr(record, name) or {}) | {field: one[name]}
                setattr(record, name, {key: value for key, value in known.items() if value} or None)
            _save(record, {**(record.payload or {}), field: one["value"]}, released)
        _settle(cursor, current, typed)
        current.refresh_from_db(fields=FIELDS)
        check_person({name: getattr(current, name) for name in FIELDS}, before=before)
    return Customer.objects.get(pk=current.pk)


def _locked(customer: Customer) -> Customer:
    current = Customer.objects.select_for_update(no_key=True).filter(pk=customer.pk).first()
    if current is None:
        raise CustomerGone
    refuse_erased(current)
    return current


def _typed(customer: Customer) -> list[SourceRecord]:
    records = SourceRecord.objects.filter(system__key=TYPED, kind=CUSTOMERS, customer=customer)
    return list(records.order_by("pk").select_for_update(of=("self",)))


def _said(record: SourceRecord, field: str) -> str:
    return str((record.payload or {}).get(field) or "")


def _sources_name(customer: Customer) -> bool:
    others = SourceRecord.objects.filter(kind=CUSTOMERS, customer=customer).exclude(system__key=TYPED)
    return others.filter(payload__name__gt="").exists()


def _released(record: SourceRecord, field: str, by: User, now: datetime) -> dict[str, Any]:
    noted = {name: (getattr(record, name) or {}).get(field) for name in editing.NOTED}
    return {"value": _said(record, field), **noted, "by": by.pk, "at": now.isoformat()}


def _save(record: SourceRecord, payload: dict[str, Any], released: dict[str, Any]) -> None:
    record.payload, record.released = payload, released or None
    if _is_own(record):
        record.digest = editing.digest(payload)
    record.save(update_fields=("payload", "released", "digest", "changed_at", *editing.NOTED))


def _is_own(record: SourceRecord) -> bool:
    """What was typed of the customer, not of somebody who became one with them."""
    return record.external_id == str(record.customer_id)


def _settle(cursor: CursorWrapper, customer: Customer, typed: list[SourceRecord]) -> None:
    settle(customer_ids=[customer.pk])
    editing.write_points(cursor, [record for record in typed if _is_own(record)])
    withdraw_who_shared(customer_id=customer.pk)
