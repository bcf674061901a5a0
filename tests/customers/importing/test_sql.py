"""What the frame's statements do; how they are written is their own affair."""

from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from accounts.models import Team
from customers.importing import sql
from customers.importing.registry import get_spec
from customers.importing.rejects import reject_rows
from customers.models import ImportBatch, Invoice, Order, ParkedRow, Product
from tests import plans
from tests.customers.importing.files import counts, load, write_csv
from tests.factories.accounts import TeamFactory
from tests.factories.importing import ParkedRowFactory, SourceRecordFactory, SourceSystemFactory

pytestmark = pytest.mark.django_db
ORDERS = "external_id,customer_external_id,placed_at,quantity,unit_price,team"


def orders(folder: Path, *rows: tuple[str, str], team: str = "", price: int = 1) -> ImportBatch:
    lines = [[number, customer, "2024-01-01", 1, price, team] for number, customer in rows]
    return load("orders", write_csv(folder / "o.csv", ORDERS, lines))


def test_of_several_rows_of_a_key_the_last_one_counts_and_all_are_counted(tmp_path: Path) -> None:
    rows = [["P1", "Old"], ["P2", "Other"], ["P1", "New"]]
    assert counts(load("products", write_csv(tmp_path / "p.csv", "external_id,name", rows))) == {
        "rows": 3, "created": 3,
    }  # fmt: skip
    assert list(Product.objects.order_by("code").values_list("name", flat=True)) == ["New", "Other"]


def test_a_reference_is_its_own_source_s_before_another_s(tmp_path: Path) -> None:
    shop, crm = (SourceSystemFactory.create(key=key) for key in ("shop", "crm"))
    mine = SourceRecordFactory.create(system=shop, external_id="crm/7").customer
    theirs = [SourceRecordFactory.create(system=crm, external_id=key).customer for key in ("7", "8", "a/b")]
    SourceRecordFactory.create(system=shop, external_id="9", kind="contacts")
    found = orders(tmp_path, ("1", "crm/7"), ("2", "CRM/8"), ("3", "crm/a/b"), ("4", "crm/9"), ("5", "9"), ("6", "8"))
    assert counts(found) == {"rows": 6, "created": 3, "parked": 3}
    assert [order.customer for order in Order.objects.order_by("number")] == [mine, theirs[1], theirs[2]]
    waiting = ParkedRow.objects.order_by("external_id").values_list("waits_for_id", "waits_for_system__key")
    assert list(waiting) == [("crm/9", None), ("9", "shop"), ("8", "shop")]


def test_a_row_that_waits_is_replaced_by_what_is_delivered_later(tmp_path: Path) -> None:
    orders(tmp_path, ("1", "c1"), ("1", "c1"), ("2", "c2"))
    assert [len(row.rows) for row in ParkedRow.objects.order_by("external_id")] == [2, 1]
    assert counts(orders(tmp_path, ("1", "c3"))) == {"rows": 1, "parked": 1}
    assert list(ParkedRow.objects.order_by("external_id").values_list("external_id", "waits_for_id")) == [
        ("1", "c3"), ("2", "c2"),
    ]  # fmt: skip
    assert counts(orders(tmp_path, ("1", "a"), ("1", "b"))) == {"rows": 2, "rejected": 2}
    assert ParkedRow.objects.count() == 2  # what was rejected replaces nothing
    assert counts(orders(tmp_path, ("1", ""))) == {"rows": 1, "created": 1}
    assert ParkedRow.objects.get().external_id == "2"


def test_rows_that_contradict_each_other_stand_under_the_headers_of_their_file(tmp_path: Path) -> None:
    """As the other rejects do, so that all of them are one file."""
    columns = {"external_id": "Nr", "customer_external_id": "Kunde", "placed_at": "Tag", "quantity": "Menge",
               "unit_price": "Preis", "product_name": {"constant": "Cup"}, "product_code": "Code"}  # fmt: skip
    mapping = {"columns": columns, "create_missing": {"customers": {"country": "Land"}}, "date": "%d.%m.%Y"}
    day, headers = "31.01.2024", "Nr,Kunde,Tag,Menge,Preis,Code,Land,Notiz"
    rows = [["1", "", day, 1, 2, "", "", ""], ["2", "a", day, 1, 2, "", "DE", "x"], ["2", "b", day, 1, "", "", "", ""],
            ["3", "a", day, 1, 2, "P", "", ""], ["3", "b", day, 1, 2, "", "", ""]]  # fmt: skip
    batch = load("orders", write_csv(tmp_path / "o.csv", headers, rows), mapping=mapping)
    assert counts(batch) == {"rows": 5, "created": 2, "rejected": 3}
    header, *shown = reject_rows(batch=batch)
    assert header[3:] == headers.split(",")
    moment = "2024-01-31T00:00:00+00:00"
    assert [row[3:] for row in shown] == [
        ["2", "b", day, "1", "", "", "", ""],
        ["3", "a", moment, "1.0000", "2.0000", "P", "", ""],
        ["3", "b", moment, "1.0000", "2.0000", "", "", ""],
    ]
    told = [["2", "a", day, 1, 2, "", "DE", "x"], ["2", "b", day, 1, 2, "", "", ""]]
    again = load("orders", write_csv(tmp_path / "p.csv", headers, told), mapping=mapping)
    assert [row[3:] for row in list(reject_rows(batch=again))[1:]] == [
        ["2", "a", moment, "1.0000", "2.0000", "", "DE", "x"], ["2", "b", moment, "1.0000", "2.0000", "", "", ""],
    ]  # fmt: skip


def test_a_reference_to_two_kinds_waits_for_the_one_that_is_not_there(tmp_path: Path) -> None:
    SourceRecordFactory.create(system=SourceSystemFactory.create(key="shop"), external_id="c1")
    headers = "external_id,customer_external_id,order_external_id,issued_on,due_on,amount"
    days = ["2024-01-01", "2024-01-01", 1]
    rows = [["1", "c1", "o1", *days], ["2", "c2", "", *days], ["3", "c2", "o1", *days], ["4", "c1", "", *days]]
    assert counts(load("invoices", write_csv(tmp_path / "i.csv", headers, rows))) == {
        "rows": 4, "created": 1, "parked": 3,
    }  # fmt: skip
    assert list(ParkedRow.objects.order_by("external_id").values_list("waits_for_kind", "waits_for_id")) == [
        ("orders", "o1"), ("customers", "c2"), ("customers", "c2"),
    ]  # fmt: skip
    assert Invoice.objects.get().number == "4"


def test_a_team_is_made_once_and_one_that_is_there_stays_as_it_is(tmp_path: Path) -> None:
    TeamFactory.create(key="south", name="The South", is_active=False)
    for number, team in enumerate(("South", "North Sea", "north-sea", "")):
        orders(tmp_path, (str(number), ""), team=team)
    assert list(Team.objects.order_by("key").values_list("key", "name", "is_active")) == [
        ("north-sea", "north-sea", True), ("south", "The South", False),
    ]  # fmt: skip
    assert list(Order.objects.order_by("number").values_list("team__key", flat=True)) == [
        "south", "north-sea", "north-sea", None,
    ]  # fmt: skip


def run(statement: str, **parameters: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall() if cursor.description else []


def test_rows_are_due_however_they_name_what_has_arrived() -> None:
    shop, crm = (SourceSystemFactory.create(key=key) for key in ("shop", "crm"))

    def waits(name: str, wanted: str, *, within: bool = False, kind: str = "customers") -> None:
        """`within`: for its own source's; else for whoever's, as where there is a slash in the id."""
        ParkedRowFactory.create(
            system=shop, external_id=name, waits_for_kind=kind, waits_for_id=wanted,
            waits_for_system=shop if within else None,
        )  # fmt: skip

    waits("own", "7", within=True)
    waits("own with a slash", "a/b")
    waits("another's", "CRM/7")
    waits("another's with a slash", "crm/a/b")
    waits("of another kind", "7", within=True, kind="orders")
    waits("of a third", "erp/7")
    waits("of another id", "8", within=True)
    ParkedRowFactory.create(system=crm, external_id="its own", waits_for_id="9", waits_for_system=crm)
    run(sql.CREATE_ARRIVED)
    run("INSERT INTO imp_arrived VALUES ('orders', %(crm)s, '1')", crm=crm.pk)
    assert run(sql.ANYONE_WAITS) == [(True,)]
    run("DELETE FROM imp_arrived")
    assert run(sql.ANYONE_WAITS) == [(False,)]
    run(sql.MARK_DUE)
    assert not ParkedRow.objects.filter(is_due=True).exists()
    run(
        "INSERT INTO imp_arrived SELECT 'customers', system, id"
        " FROM unnest(%(systems)s::bigint[]) system, unnest(%(ids)s::text[]) id",
        systems=[shop.pk, crm.pk], ids=["7", "a/b"],
    )  # fmt: skip
    run("INSERT INTO imp_arrived VALUES ('customers', %(shop)s, '9')", shop=shop.pk)
    run(sql.MARK_DUE)
    due = ParkedRow.objects.filter(is_due=True).order_by("pk")
    assert [row.external_id for row in due] == ["own", "own with a slash", "another's", "another's with a slash"]
    run(sql.NOT_DUE, ids=[due[0].pk])
    assert [row.external_id for row in due.all()] == ["own with a slash", "another's", "another's with a slash"]


def test_due_rows_come_by_kind_and_source_those_that_came_first_first() -> None:
    shop, crm = (SourceSystemFactory.create(key=key) for key in ("shop", "crm"))
    made = [
        ParkedRowFactory.create(system=system, kind=kind, is_due=is_due)
        for system, kind, is_due in (
            (crm, "orders", True), (shop, "orders", True), (shop, "orders", False), (shop, "orders", True),
            (crm, "payments", True),
        )
    ]  # fmt: skip
    assert run(sql.NEXT_DUE, most=9) == [("orders", shop.pk, [made[1].pk, made[3].pk], None)]
    assert run(sql.NEXT_DUE, most=1) == [("orders", shop.pk, [made[1].pk], None)]
    ParkedRow.objects.filter(kind="orders", system=shop).update(is_due=False)
    assert run(sql.NEXT_DUE, most=9) == [("orders", crm.pk, [made[0].pk], None)]
    ParkedRow.objects.all().delete()
    assert run(sql.NEXT_DUE, most=9) == []


def test_the_sources_that_references_name_are_told_once() -> None:
    run("CREATE TEMP TABLE imp_rows (invoice_external_id text) ON COMMIT DROP")
    (reference,) = get_spec("payments").references
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO imp_rows VALUES ('CRM/1'), ('crm/2'), ('erp/a/b'), ('7'), ('')")
        cursor.execute(sql.named_sources(reference), [9])
        assert sorted(cursor.fetchall()) == [("crm",), ("erp",)]
        cursor.execute(sql.named_sources(reference), [1])
        assert len(cursor.fetchall()) == 1


def test_rows_that_wait_are_gathered_in_one_pass() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE imp_rows (_system_id bigint, _key text, _line bigint) ON COMMIT DROP;"
            "CREATE TEMP TABLE imp_keys (_system_id bigint, _key text, _line bigint, _action text, _waits_kind text,"
            " _waits_ref text) ON COMMIT DROP"
        )
    insert = sql.PARK.split(";")[2]
    plan = plans.nodes(insert, {"batch": 1, "kind": "orders", "many": True})
    assert [node for node in plan if "Subplan Name" in node] == []


# An index whose columns begin another of the same table: whatever it finds, that one finds.
COVERED = """
SELECT a.indexrelid::regclass::text
FROM pg_index a JOIN pg_index b ON b.indrelid = a.indrelid AND b.indexrelid <> a.indexrelid
JOIN pg_class i ON i.oid = a.indexrelid JOIN pg_class j ON j.oid = b.indexrelid AND j.relam = i.relam
JOIN pg_am ON pg_am.oid = i.relam AND pg_am.amname = 'btree'
WHERE a.indrelid = ANY(%s::regclass[]) AND NOT a.indisunique AND b.indnkeyatts >= a.indnkeyatts
  AND coalesce(a.indpred, b.indpred) IS NULL AND coalesce(a.indexprs, b.indexprs) IS NULL
  AND (string_to_array(b.indkey::text, ' '))[1:a.indnkeyatts] = (string_to_array(a.indkey::text, ' '))[1:a.indnkeyatts]
"""


def test_what_files_fill_has_no_index_twice() -> None:
    tables = ["sourcerecord", "contactpoint", "parkedrow", "tierassignment", "customer", "contact", "order",
              "orderline", "invoice", "payment", "interaction", "call", "callevent"]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(COVERED, [[f"customers_{name}" for name in tables]])
        assert cursor.fetchall() == [("customer_search_start",)]  # serves prefixes where the collation is not C
