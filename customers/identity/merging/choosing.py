"""Which of two values a customer shows after a merge, where whoever merged them chose another than the sources' ranks.

A choice is what a person types of the survivor: it stands before what any source says. It belongs to the merge, and is
taken back with it, unless somebody has typed something else since. What it took the place of is there again: typed, or
released before and to be put back.
"""

from collections.abc import Mapping
from typing import Any, Final

from crm.common.versions import version
from customers.identity import editing
from customers.identity.holding import CUSTOMERS
from customers.identity.survivorship import FIELDS
from customers.models import Customer, Merge, SourceRecord

CHOICES: Final = tuple(name for name in FIELDS if name != "kind")
"""What can be chosen: an organization and a person stay two."""


def choose(*, merge: Merge, values: Mapping[str, editing.Value]) -> None:
    """Let the survivor of `merge` show these values of `CHOICES`; in the transaction that merged."""
    survivor = Customer.objects.get(pk=merge.survivor_id)
    wanted = {
        name: value for name, value in values.items() if name in CHOICES and value != getattr(survivor, name) and value
    }
    if not wanted:
        return
    before = _typed(survivor.pk)
    editing.change_customer(customer=survivor, fields=wanted, seen=version(survivor, FIELDS))
    after = _typed(survivor.pk)
    assert after is not None, "what was chosen has been typed"
    said = (before.payload or {}) if before else {}
    released = (before.released or {}) if before else {}
    noted = {name: getattr(before, name, None) or {} for name in editing.NOTED}
    merge.chosen = {
        "record": after.pk,
        "is_new": before is None,
        "fields": {name: [(after.payload or {}).get(name), said.get(name)] for name in wanted},
        "noted": {note: {name: values.get(name) for name in wanted} for note, values in noted.items()},
        "released": {name: released[name] for name in wanted if name in released},
    }
    merge.save(update_fields=["chosen"])


def take_back(merge: Merge) -> None:
    """In the transaction that undoes it."""
    chosen: dict[str, Any] = merge.chosen
    record = SourceRecord.objects.select_for_update().filter(pk=chosen.get("record", 0)).first()
    if record is None:
        return
    payload, released, before = dict(record.payload or {}), dict(record.released or {}), {}
    for name, (value, said) in chosen["fields"].items():
        noted = {note: values[name] for note, values in chosen.get("noted", {}).items()}
        if payload.get(name) == value:
            payload.pop(name)
            payload |= {name: said} if said else {}
            before[name] = noted
        elif not payload.get(name) and released.get(name, {}).get("value") == value:
            taken = released.pop(name)  # somebody has released the choice: what stood before it is what is released
            released |= {name: {**taken, **noted, "value": said}} if said else {}
        else:
            continue
        if name in chosen.get("released", {}):
            released[name] = chosen["released"][name]
    record.released = released or None
    is_kept = bool(payload or released) or not chosen["is_new"]
    editing.retype(record=record, payload=payload, noted=before, is_kept=is_kept)


def _typed(customer: int) -> SourceRecord | None:
    records = SourceRecord.objects.filter(system__key=editing.CRM, kind=CUSTOMERS)
    return records.filter(external_id=str(customer)).first()
