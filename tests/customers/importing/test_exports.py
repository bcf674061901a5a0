from datetime import UTC, datetime, timedelta, timezone

import pytest
from django.db import connection

from customers.importing import exports as module
from customers.importing.exports import Export, exports, get_export, moment, reference, register_export, source, wanted
from customers.importing.registry import UnknownKind
from customers.models import SourceRecord
from tests.factories.importing import SourceRecordFactory, SourceSystemFactory

AT = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)


def test_a_file_has_its_source_then_the_imports_columns_then_what_is_known() -> None:
    export = Export(kind="payments", select="", known=("customer_id", "note"), numbers=("customer_id",))
    assert export.header == [
        "source", "external_id", "invoice_external_id", "paid_on", "amount", "customer_id", "note",
    ]  # fmt: skip
    assert [name for name, is_number in zip(export.header, export.numeric, strict=True) if is_number] == [
        "amount", "customer_id",
    ]  # fmt: skip
    whole = Export(kind="interactions", select="")
    assert dict(zip(whole.header, whole.numeric, strict=True))["duration_s"] is True


def test_the_kinds_there_are_are_named_where_one_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_exports", {})
    with pytest.raises(UnknownKind, match=r"“pets” is no kind of file; there are: $"):
        get_export("pets")
    first, other = Export(kind="payments", select="1"), Export(kind="payments", select="2")
    for export in (first, Export(kind="orders", select=""), other):
        register_export(export)
    assert (get_export("payments"), list(exports())) == (other, ["payments", "orders"])
    with pytest.raises(UnknownKind, match=r"there are: orders, payments$"):
        get_export("pets")


def one(sql: str, tables: str = "", **parameters: object) -> object:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {sql} {tables}", parameters)
        (found,) = cursor.fetchall()
        return found[0]


@pytest.mark.django_db
def test_what_people_typed_and_what_came_from_nowhere_has_no_source() -> None:
    for key, said in (("crm:typed", ""), ("crm", "crm"), (None, "")):
        assert one(source("s"), "FROM (SELECT %(key)s::text AS key) s", key=key) == said


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("at", "said"),
    [
        (AT, "2026-03-01T12:30:00+00:00"),
        (AT.astimezone(timezone(timedelta(hours=8))), "2026-03-01T12:30:00+00:00"),
        (AT + timedelta(microseconds=120), "2026-03-01T12:30:00.000120+00:00"),
        (None, None),
    ],
)
def test_a_moment_is_written_in_utc_as_the_import_reads_it(at: datetime | None, said: str | None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL TIME ZONE 'Asia/Shanghai'")
    assert one(moment("%(at)s::timestamptz"), at=at) == said


@pytest.mark.django_db
def test_a_reference_names_its_source_where_that_is_another() -> None:
    shop, crm = (SourceSystemFactory.create(key=key) for key in ("shop", "crm"))
    mine = SourceRecordFactory.create(system=shop, external_id="7", kind="orders")

    def said(named: SourceRecord | None) -> object:
        tables = (
            "FROM customers_sourcerecord sr LEFT JOIN customers_sourcerecord r ON r.id = %(named)s"
            " LEFT JOIN customers_sourcesystem s ON s.id = r.system_id WHERE sr.id = %(mine)s"
        )
        return one(reference("r", "s", of="sr"), tables, named=named and named.pk, mine=mine.pk)

    assert said(SourceRecordFactory.create(system=shop, external_id="8")) == "8"
    assert said(SourceRecordFactory.create(system=crm, external_id="8")) == "crm/8"
    assert said(None) == ""


@pytest.mark.django_db
def test_without_a_source_named_every_row_is_wanted() -> None:
    tables = "FROM (VALUES (1, 1), (2, 2), (NULL, 3)) r (system_id, id)"
    for system, rows in ((None, 3), (1, 1), (3, 0)):
        assert one(f"count(*) FILTER (WHERE {wanted('r')})", tables, system=system, records=None) == rows
