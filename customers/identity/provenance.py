"""Which source says what of a customer."""

from dataclasses import dataclass
from typing import Any

from customers.identity.overview import FACTS, in_words, label_of
from customers.identity.tax_ids import FAULTS, find_fault
from customers.models import Customer, SourceRecord


@dataclass(frozen=True, kw_only=True)
class Said:
    """`fault`: what is the matter with the value, if anything."""

    value: str
    won: bool
    fault: str = ""


@dataclass(frozen=True, kw_only=True)
class Provenance:
    """One column a source record, most trusted first; one row a field any of them fills.

    `kept`: the columns of their files that were mapped to nothing.
    """

    records: list[SourceRecord]
    rows: list[tuple[str, list[Said]]]
    kept: list[tuple[str, list[Said]]]


def provenance(customer: Customer) -> Provenance:
    """One query."""
    records = list(
        SourceRecord.objects.filter(customer=customer, kind="customers")
        .select_related("system")
        .order_by("system__rank", "system__key", "external_id")
    )
    rows = []
    for name in ("name", *FACTS):
        said = [_said(record, name, won=customer.provenance.get(name) == record.pk) for record in records]
        if any(one.value for one in said):
            rows.append((label_of(name), said))
    return Provenance(records=records, rows=rows, kept=_kept(records))


def _kept(records: list[SourceRecord]) -> list[tuple[str, list[Said]]]:
    extras = [extra if isinstance(extra := (record.payload or {}).get("extra"), dict) else {} for record in records]
    columns = dict.fromkeys(column for extra in extras for column, value in extra.items() if value not in (None, ""))
    return [(column, [Said(value=str(extra.get(column) or ""), won=False) for extra in extras]) for column in columns]


def _said(record: SourceRecord, name: str, *, won: bool) -> Said:
    value = _value(record, name)
    fault = find_fault(value) if name == "tax_id" and value else ""
    return Said(value=value, won=won, fault=str(FAULTS[fault]) if fault else "")


def _value(record: SourceRecord, name: str) -> str:
    payload: Any = record.payload or {}
    value = payload.get(name)
    return "" if value is None else in_words(name, str(value))
