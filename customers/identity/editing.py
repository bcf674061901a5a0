"""Customers as people type them in. What a person sets is a record of a source of its own, trusted before all."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from hashlib import md5
from typing import Any, Final
from uuid import UUID

from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.common import versions
from crm.common.audit.acting import present
from crm.common.errors import DomainError
from crm.common.kept_tables import kept
from crm.common.retrying import may_pass, retried
from customers.identity import points
from customers.identity.holding import CUSTOMERS, CustomerGone, refuse_erased
from customers.identity.linking import link_key
from customers.identity.merging import door
from customers.identity.merging.forest import RECORDS
from customers.identity.normalising import normalise_email
from customers.identity.phones import normalise_phone
from customers.identity.privacy.suppressing import check_person, refusals_noted
from customers.identity.reviewing.sharing_numbers import propose_who_shares, withdraw_who_shared
from customers.identity.survivorship import FIELDS, TYPED, settle, settle_selected
from customers.importing.sql import LOCK_TOUCHED
from customers.models import Customer, MergedRow, SourceRecord, SourceSystem

CRM: Final = TYPED  # with a sign that no key made of a name has: no file can claim to come from here
NOTED: Final = ("value_times", "typed_by")
"""What a record knows of each value that was typed."""
TABLES: Final = "typed"
"""Of what one form writes; the session keeps them."""
Value = str | date | None


class NameMissing(DomainError):
    """A customer needs a name."""


# The contact points the record gives, as importing a file would make them.
_POINTS = """
SELECT r.customer_id, NULL::bigint AS contact_id, r.id AS source_record_id, p.kind, p.raw, p.normalised
FROM crm_edit JOIN customers_sourcerecord r ON r.id = crm_edit.record_id
CROSS JOIN LATERAL (VALUES ('phone', coalesce(r.payload ->> 'phone', ''), crm_edit.phone),
                           ('email', coalesce(r.payload ->> 'email', ''), crm_edit.email),
                           ('address', coalesce(r.payload ->> 'address', ''),
                            crm_norm(coalesce(r.payload ->> 'address', '')))) AS p (kind, raw, normalised)
"""

_TAKE_BACK = """
WITH anothers AS (
  SELECT r.id, e.id AS entry, r.payload FROM customers_sourcerecord r
  JOIN customers_mergedrow e ON e.relation = 'customers_sourcerecord' AND e.row_id = r.id
  WHERE r.customer_id = %(customer)s AND r.system_id = %(system)s AND r.payload ?| %(fields)s::text[]
), kept AS (
  UPDATE customers_mergedrow e SET kept = jsonb_build_object('payload', a.payload) || coalesce(e.kept, '{}')
  FROM anothers a WHERE e.id = a.entry
)
UPDATE customers_sourcerecord r SET payload = r.payload - %(fields)s::text[] FROM anothers a WHERE r.id = a.id
"""

_TAKEN = """
SELECT EXISTS (SELECT FROM customers_customer WHERE link_key = %(key)s)
  OR EXISTS (SELECT FROM customers_merge WHERE link_key = %(key)s AND undone_at IS NULL)
  OR EXISTS (SELECT FROM customers_sharedkey WHERE key = %(key)s)
"""


@refusals_noted
def create_customer(*, fields: Mapping[str, Value]) -> Customer:
    """A new customer from what a person typed in; whether there is one like it already is the caller's question.

    It takes the link key of its values when nobody has it, so that files about the same customer find it. Raises
    NameMissing, ErasedOnRequest.
    """
    payload = _payload(fields)
    if not payload.get("name"):
        raise NameMissing(_("A customer needs a name."))
    check_person(payload)
    return retried(_create, passing=_may_pass)(payload)


def _may_pass(error: DatabaseError) -> bool:
    """An import may have taken the link key between our look and our writing; now we see that."""
    return isinstance(error, IntegrityError) or may_pass(error)


def _create(payload: dict[str, str]) -> Customer:
    with transaction.atomic(), connection.cursor() as plain:
        cursor = kept(plain, TABLES)
        cursor.execute("SELECT nextval(pg_get_serial_sequence('customers_customer', 'id'))")
        pk = int((cursor.fetchone() or [0])[0])
        record = SourceRecord(system=_system(), kind=CUSTOMERS, external_id=str(pk), customer_id=pk, object_id=pk)
        _write(record, payload)
        select = "SELECT %(id)s::bigint, %(key)s::text"
        settle_selected(cursor, select, {"id": pk, "key": _free_link_key(cursor, payload, pk)})
        write_points(cursor, [record])
        _propose_who_shares(pk, payload.get("phone", ""))
    return Customer.objects.get(pk=pk)


def _propose_who_shares(customer_id: int, phone: str) -> None:
    propose_who_shares(customer_id=customer_id, phone=normalise_phone(phone) if phone else "", now=timezone.now())


@refusals_noted
@retried
def change_customer(*, customer: Customer, fields: Mapping[str, Value], seen: str) -> Customer:
    """Set the fields that differ from what the customer shows; the others stay the sources' to say.

    An emptied field takes back what a person had set there: what the sources say shows again. `seen` is the `version`
    the editor started from; raises ChangedMeanwhile when it is not the present one, CustomerGone when there is none,
    ErasedOnRequest where it makes them somebody who was erased.
    """
    with transaction.atomic(), connection.cursor() as plain:
        cursor = kept(plain, TABLES)
        current = Customer.objects.select_for_update(no_key=True).filter(pk=customer.pk).first()
        if current is None:
            raise CustomerGone
        refuse_erased(current)
        versions.check_seen(current, seen, FIELDS)
        changed = {name: value for name, value in fields.items() if name in FIELDS and value != getattr(current, name)}
        if not changed:
            return current
        before = {name: getattr(current, name) for name in FIELDS}
        check_person({**before, **changed}, before=before)
        record = _record_of(current)
        stays = {name: value for name, value in (record.payload or {}).items() if name not in changed}
        _write(record, {**stays, **_payload(changed)})
        take_back(cursor, current, [name for name, value in changed.items() if not _text(value)])
        settle_selected(cursor, "SELECT %(id)s::bigint, NULL::text", {"id": current.pk})
        write_points(cursor, [record])
        if "phone" in changed:
            withdraw_who_shared(customer_id=current.pk)
            _propose_who_shares(current.pk, _text(changed["phone"]))
    return Customer.objects.get(pk=current.pk)


def take_back(cursor: CursorWrapper, customer: Customer, fields: list[str]) -> None:
    """What was typed of somebody who became one with the customer; it is theirs again when the merge is undone."""
    if fields:
        cursor.execute(_TAKE_BACK, {"customer": customer.pk, "system": _system().pk, "fields": fields})


def _system() -> SourceSystem:
    system, _made = SourceSystem.objects.get_or_create(key=CRM, defaults={"name": "Baseline CRM", "rank": 0})
    return system


def _record_of(customer: Customer) -> SourceRecord:
    system = _system()
    anothers = MergedRow.objects.filter(relation=RECORDS, row_id=OuterRef("pk"))
    records = SourceRecord.objects.filter(system=system, kind=CUSTOMERS, customer=customer)
    found = records.exclude(Exists(anothers)).first()
    return found or SourceRecord(
        system=system, kind=CUSTOMERS, external_id=str(customer.pk), customer=customer, object_id=customer.pk
    )


def _payload(fields: Mapping[str, Value]) -> dict[str, str]:
    texts = {name: _text(value) for name, value in fields.items() if name in FIELDS}
    return {name: text for name, text in texts.items() if text}


def _text(value: Value) -> str:
    return value.isoformat() if isinstance(value, date) else (value or "").strip()


def _write(record: SourceRecord, payload: dict[str, Any]) -> None:
    """Of each value that is another, since when and by whom."""
    now = timezone.now()
    said, by = record.payload or {}, present().get("user")
    changed = {name for name, value in payload.items() if value != said.get(name)}
    if record.pk:
        record.value_times = _noted(record.value_times, payload, changed, now.isoformat())
    record.typed_by = _noted(record.typed_by, payload, changed, by)
    record.payload = payload
    record.digest = digest(payload)
    record.released = {name: one for name, one in (record.released or {}).items() if name not in changed} or None
    record.changed_at = now
    record.save()


def digest(payload: Mapping[str, Any]) -> UUID:
    return UUID(md5(json.dumps(payload, sort_keys=True).encode(), usedforsecurity=False).hexdigest())


def _noted(before: Any, payload: dict[str, Any], changed: set[str], value: str | int | None) -> dict[str, Any] | None:
    """What is noted of the values of `payload`, with `value` of those that changed."""
    kept = {name: one for name, one in (before or {}).items() if name in payload and name not in changed}
    return kept | (dict.fromkeys(sorted(changed), value) if value else {}) or None


def _note(record: SourceRecord, noted: Mapping[str, Mapping[str, Any]]) -> None:
    for note in NOTED:
        known = dict(getattr(record, note) or {})
        known |= {name: values[note] for name, values in noted.items() if note in values}
        setattr(record, note, {name: value for name, value in known.items() if value} or None)
    record.save(update_fields=NOTED)


def write_points(cursor: CursorWrapper, records: Sequence[SourceRecord]) -> None:
    """The numbers and addresses that these records give, anew; what follows from them is settled."""
    said = [(record.pk, record.payload or {}) for record in records]
    cursor.execute(
        "DROP TABLE IF EXISTS crm_edit; CREATE TEMPORARY TABLE crm_edit ON COMMIT DROP AS"
        " SELECT * FROM unnest(%s::bigint[], %s::text[], %s::text[]) t (record_id, phone, email)",
        [
            [pk for pk, _payload in said],
            [normalise_phone(payload["phone"]) if payload.get("phone") else "" for _pk, payload in said],
            [normalise_email(payload.get("email", "")) for _pk, payload in said],
        ],
    )
    points.replace(cursor, _POINTS)
    cursor.execute(LOCK_TOUCHED)
    points.settle(cursor)


def _free_link_key(cursor: CursorWrapper, payload: Mapping[str, str], pk: int) -> str:
    """Of the customer alone where somebody has the key, or too many: who share it are counted."""
    alone = f"{CRM}/{pk}"
    key = link_key(
        name=payload["name"], kind=payload.get("kind", ""), tax_id=payload.get("tax_id", ""),
        email=payload.get("email", ""), phone=payload.get("phone", ""), record=alone,
    )  # fmt: skip
    cursor.execute(_TAKEN, {"key": key})
    if not cursor.fetchone()[0]:
        return key
    door.leave_typed_beside(cursor, customer=pk, name=payload["name"], key=key, by=present().get("user"))
    return link_key(name="", record=alone)


def confirm_typed(*, customer: Customer, now: datetime) -> None:
    """What was typed of a customer, be it nothing, was said once more `now`. In the caller's transaction."""
    found = _record_of(customer)
    _write(found, found.payload or {})
    SourceRecord.objects.filter(pk=found.pk).update(changed_at=now)


def retype(
    *, record: SourceRecord, payload: dict[str, Any], noted: Mapping[str, Mapping[str, Any]], is_kept: bool
) -> None:
    """What was typed of a customer is this from now on; nothing, where it is not kept. In the caller's transaction.

    `noted`: by field, what is known of its value (`NOTED`) where that is not what is so now.
    """
    with connection.cursor() as cursor:
        _write(record, payload)
        _note(record, noted)
        write_points(cursor, [record])
        customer = record.customer_id
        if not is_kept:
            record.delete()
        if customer is not None:
            settle(customer_ids=[customer])
