"""Payments are compared as they are staged, without a file."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import connection

from customers.importing import restating
from customers.importing.exports import exports
from customers.importing.registry import get_spec
from customers.importing.sql import NIL, create_stage, stage_name
from customers.models import ImportBatch, Invoice
from tests.factories.importing import ImportBatchFactory, SourceRecordFactory, SourceSystemFactory
from tests.factories.trade import InvoiceFactory, PaymentFactory

pytestmark = pytest.mark.django_db
SPEC = get_spec("payments")
HEADERS = ["source", *SPEC.names]
Row = tuple[str, str, str, str]


@pytest.mark.parametrize(
    ("kind", "headers", "is_ours"),
    [
        ("payments", HEADERS, True),
        ("payments", tuple(HEADERS), True),
        ("payments", SPEC.names, False),
        ("payments", [*HEADERS, "note"], False),
        ("payments", [*HEADERS[1:], "source"], False),
        ("payments", ["Source", *SPEC.names], False),
        ("payments", [], False),
        ("invoices", HEADERS, False),
        ("calls", ["source", *get_spec("calls").names], False),  # lines of a format of its own
        ("things", HEADERS, False),
    ],
)
def test_our_own_export_is_known_by_its_header(kind: str, headers: Sequence[str], is_ours: bool) -> None:
    assert restating.is_export(kind, headers) is is_ours


@pytest.fixture
def batch() -> ImportBatch:
    """Of a shop whose payments p1 to p3 stand here."""
    shop = SourceSystemFactory.create(key="shop")
    invoice = InvoiceFactory.create(due_on=date(2026, 3, 31))
    SourceRecordFactory.create(system=shop, kind="invoices", external_id="i1", customer=None, object_id=invoice.pk)
    for number in (1, 2, 3):
        pay(invoice, f"p{number}", shop.key)
    pay(invoice, "p9", "crm")
    return ImportBatchFactory.create(system=shop, kind="payments", headers=HEADERS)


def pay(invoice: Invoice, name: str, system: str) -> None:
    payment = PaymentFactory.create(invoice=invoice, paid_on=date(2026, 3, 1), amount=Decimal("12.5"))
    SourceRecordFactory.create(
        system=SourceSystemFactory.create(key=system), kind="payments", external_id=name, customer=None,
        object_id=payment.pk,
    )  # fmt: skip


def same(batch: ImportBatch, *rows: Row) -> list[str] | None:
    """The keys whose rows say what stands here; None where nothing was noted."""
    with connection.cursor() as cursor:
        cursor.execute(create_stage(SPEC, batch.pk))
        staged = f"INSERT INTO {stage_name(batch.pk)} (_key, external_id, invoice_external_id, paid_on, amount)"
        cursor.executemany(f"{staged} VALUES (%s, %s, %s, %s, %s)", [(row[0], *row) for row in rows])
        restating.compare(batch, SPEC)
        return noted(batch)


def noted(batch: ImportBatch) -> list[str] | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [f"staging.import_same_{batch.pk}"])
        if not cursor.fetchone()[0]:
            return None
        cursor.execute(f"SELECT key FROM staging.import_same_{batch.pk} ORDER BY key")
        return [key for (key,) in cursor.fetchall()]


@pytest.mark.parametrize(
    ("rows", "keys"),
    [
        ([], []),
        ([("p1", "i1", "2026-03-01", "12.5")], ["p1"]),
        ([("p1", "i1", "2026-03-01", "12.5000"), ("p2", "i1", "2026-03-01", "12.5")], ["p1", "p2"]),
        ([("p1", "i1", "2026-03-01", "12.5001")], []),
        ([("p1", "i1", "2026-03-02", "12.5")], []),
        ([("p1", "crm/i1", "2026-03-01", "12.5"), ("p3", "i1", "2026-03-01", "12.5")], ["p3"]),
        ([("p1", "i1", "2026-03-01", "12.5")] * 2, []),  # twice is not once
        ([("P1", "i1", "2026-03-01", "12.5")], []),
        ([("p9", "i1", "2026-03-01", "12.5")], []),  # another source's
        ([("p4", "i1", "2026-03-01", "12.5")], []),
        ([("", "", "2026-03-01", "0")], []),
    ],
)
def test_the_keys_that_say_what_stands_here_are_noted(batch: ImportBatch, rows: list[Row], keys: list[str]) -> None:
    assert same(batch, *rows) == keys


def test_another_file_is_not_compared(batch: ImportBatch) -> None:
    batch.headers = SPEC.names
    assert same(batch, ("p1", "i1", "2026-03-01", "12.5")) is None


def test_compared_again_it_is_noted_anew_and_dropped_it_is_gone(batch: ImportBatch) -> None:
    assert same(batch, ("p1", "i1", "2026-03-01", "12.5")) == ["p1"]
    assert same(batch, ("p2", "i1", "2026-03-01", "12.5")) == ["p2"]
    with connection.cursor() as cursor:
        restating.drop(cursor, batch.pk)
        assert noted(batch) is None
        restating.drop(cursor, batch.pk)


Key = tuple[str, str, int | None, str | None]
KEYS: Sequence[Key] = (
    ("p1", "created", 11, None), ("p2", "updated", 12, None), ("p3", "updated", 13, '{"a": "b"}'),
    ("p4", "parked", None, None), ("p5", "updated", 15, '{"a": "b"}'),
)  # fmt: skip


def settled(batch: ImportBatch, kind: str = "payments", same: Sequence[str] | None = ()) -> list[Key]:
    """What becomes of KEYS where these were noted: (key, action, object, unknown columns). p5 has a bare record."""
    payload = {"kept": "so", "extra": {"kept": "beside"}}
    records = [
        SourceRecordFactory.create(
            system=batch.system, external_id=key, payload=payload, digest=NIL if key == "p5" else uuid4()
        )
        for key, *_ in KEYS
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE imp_keys (_key text, _action text, _old_object bigint, _object bigint, _extra jsonb,"
            " _record_id bigint) ON COMMIT DROP"
        )
        cursor.executemany(
            "INSERT INTO imp_keys VALUES (%s, %s, %s, NULL, %s, %s)",
            [(*key, None if key[0] == "p1" else record.pk) for key, record in zip(KEYS, records, strict=True)],
        )
        if same is not None:
            cursor.execute(
                f"CREATE TABLE staging.import_same_{batch.pk} AS SELECT unnest(%s::text[]) AS key", [list(same)]
            )
        restating.settle(cursor, get_spec(kind), batch)
        cursor.execute("SELECT _key, _action, _object, _extra ->> 'kept', _extra ->> 'a' FROM imp_keys ORDER BY _key")
        return [(key, action, made, kept or unknown) for key, action, made, kept, unknown in cursor.fetchall()]


UNKNOWN_STAY: Sequence[Key] = (
    ("p1", "created", None, None), ("p2", "updated", None, "so"), ("p3", "updated", None, "so"),
    ("p4", "parked", None, None), ("p5", "updated", None, "b"),
)  # fmt: skip


@pytest.mark.parametrize("same", [None, [], ["p1", "p4", "p6"]])
def test_unknown_columns_stay_where_something_changes(batch: ImportBatch, same: list[str] | None) -> None:
    """What has no record here yet, or waits, is left alone whatever was noted."""
    assert settled(batch, same=same) == list(UNKNOWN_STAY)


def test_what_changes_nothing_is_left(batch: ImportBatch) -> None:
    after = settled(batch, same=["p2", "p5"])
    assert after == [
        UNKNOWN_STAY[0], ("p2", "unchanged", 12, None), *UNKNOWN_STAY[2:4], ("p5", "unchanged", 15, "b"),
    ]  # fmt: skip


def test_of_customers_the_unknown_columns_stand_beside_the_others(batch: ImportBatch) -> None:
    batch.headers = exports()["customers"].header
    assert settled(batch, "customers")[1:3] == [("p2", "updated", None, "beside"), ("p3", "updated", None, "beside")]


def test_of_another_file_nothing_is_settled(batch: ImportBatch) -> None:
    batch.headers = SPEC.names
    assert settled(batch, same=["p1", "p2"]) == [(key, action, None, extra and "b") for key, action, _, extra in KEYS]
