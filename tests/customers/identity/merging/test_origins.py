"""What files bring for somebody who was absorbed is theirs when the merge is undone."""

import csv
from pathlib import Path

import pytest

from crm.common.versions import version
from customers.identity.editing import change_customer, create_customer
from customers.identity.merging.absorbing import merge_customers
from customers.identity.merging.naming import get_named
from customers.identity.merging.undoing import undo_merge
from customers.identity.survivorship import FIELDS
from customers.importing.exporting import export_file
from customers.interactions.recording import log_interaction
from customers.models import Customer, Merge, MergedRow
from tests.conftest import NOON, UserFor
from tests.customers.importing.files import counts, load, write_csv

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]

CUSTOMERS = "external_id,name,tax_id,email,phone"
ORDERS = "external_id,customer_external_id,placed_at,product_code,quantity,unit_price"
INVOICES = "external_id,customer_external_id,order_external_id,issued_on,due_on,amount"
INTERACTIONS = "external_id,customer_external_id,contact_value,channel,occurred_at,purpose"
CONTACTS = "external_id,customer_external_id,name,email,phone"
ANSWERS = "external_id,survey,customer_external_id,answered_at,value"
BARE = {"create_missing": {"customers": {}}}


def bring(folder: Path, kind: str, headers: str, *rows: list[object], bare: bool = False) -> dict[str, int]:
    file = write_csv(folder / f"{kind}.csv", headers, rows)
    return counts(load(kind, file, mapping=BARE if bare else {}))


def two(folder: Path) -> tuple[Customer, Customer]:
    bring(
        folder,
        "customers",
        CUSTOMERS,
        ["a", "Ada", "DE811111119", "", ""],
        ["b", "Bob", "DE822222229", "", "030 1234567"],
    )
    return get_named("shop/a"), get_named("shop/b")


def merged(survivor: Customer, absorbed: Customer) -> Merge:
    return merge_customers(survivor=survivor, absorbed=absorbed, by=None, now=NOON)


def counted(customer: Customer) -> list[int]:
    """Orders, invoices, interactions, contacts, survey answers, source records."""
    rows = (customer.orders, customer.invoices, customer.interactions, customer.contacts, customer.survey_answers)
    return [*(one.count() for one in rows), customer.source_records.count()]


def bring_all(folder: Path, to: str, prefix: str = "") -> None:
    def key(name: str) -> str:
        return f"{prefix}{name}"

    bring(folder, "orders", ORDERS, [key("o"), to, "2024-01-01", "P", 1, 2])
    bring(folder, "invoices", INVOICES, [key("i1"), to, "", "2024-01-01", "2024-02-01", 5],
          [key("i2"), "", key("o"), "2024-01-01", "2024-02-01", 5])  # fmt: skip
    bring(folder, "interactions", INTERACTIONS, [key("x"), to, "", "email", "2024-01-01", "question"])
    bring(folder, "contacts", CONTACTS, [key("k"), to, "Eva", f"{prefix}eva@x.org", ""])
    bring(folder, "survey_answers", ANSWERS, [key("s"), "csat", to, "2024-01-01", 5])


def test_what_came_under_the_absorbed_ones_id_goes_with_them(tmp_path: Path, user_for: UserFor) -> None:
    ada, bob = two(tmp_path)
    merge = merged(ada, bob)
    assert get_named("shop/b") == ada
    bring_all(tmp_path, "b")
    log_interaction(customer=ada, channel="phone", direction="in", by=user_for("sales"), now=NOON)
    assert counted(ada) == [1, 2, 2, 1, 1, 3]
    returned = undo_merge(merge=merge, by=None, now=NOON)
    assert returned["contacts"] == returned["orders"] == 1
    assert counted(ada) == [0, 0, 1, 0, 0, 1]
    assert counted(bob) == [1, 2, 1, 1, 1, 2]
    assert sorted(bob.contact_points.values_list("normalised", flat=True)) == ["49301234567", "eva@x.org"]
    assert not MergedRow.objects.exists()


def test_what_names_the_survivor_stays(tmp_path: Path) -> None:
    ada, bob = two(tmp_path)
    merge = merged(ada, bob)
    bring_all(tmp_path, "b")
    bring_all(tmp_path, "a")  # the same records: another word whose they are
    undo_merge(merge=merge, by=None, now=NOON)
    assert counted(bob)[:1] + counted(bob)[2:5] == [0, 0, 0, 0]
    assert counted(ada)[0] == 1


def test_a_new_record_with_the_absorbed_ones_key_is_theirs(tmp_path: Path) -> None:
    ada, bob = two(tmp_path)
    merge = merged(ada, bob)
    bring(tmp_path, "customers", CUSTOMERS, ["b2", "Bobby", "DE822222229", "", ""], ["b3", "B", "DE822222229", "", ""])
    bring(tmp_path, "orders", ORDERS, ["o", "b2", "2024-01-01", "P", 1, 2])
    typed = create_customer(fields={"name": "Bob", "tax_id": "DE822222229"})
    assert (Customer.objects.count(), get_named("shop/b3")) == (2, ada)
    undo_merge(merge=merge, by=None, now=NOON)
    bob.refresh_from_db()
    assert (bob.link_key, typed.link_key) == ("tax:DE822222229", f"rec:crm:typed/{typed.pk}")
    assert counted(bob) == [1, 0, 0, 0, 0, 3]


def test_a_bare_customer_whose_own_row_comes_becomes_who_was_absorbed(tmp_path: Path) -> None:
    ada, bob = two(tmp_path)
    merge = merged(ada, bob)
    bring(tmp_path, "orders", ORDERS, ["o", "c", "2024-01-01", "P", 1, 2], bare=True)
    bare, third = get_named("shop/c"), create_customer(fields={"name": "Third"})
    inner = merged(bare, third)
    bring(tmp_path, "customers", CUSTOMERS, ["c", "Bob again", "DE822222229", "", ""])
    assert list(Customer.objects.all()) == [ada]
    undo_merge(merge=merge, by=None, now=NOON)
    assert counted(bob) == [1, 0, 0, 0, 0, 3]
    undo_merge(merge=inner, by=None, now=NOON)
    assert counted(bob) == [1, 0, 0, 0, 0, 2]
    assert third.source_records.count() == 1


def test_a_bare_customer_who_was_absorbed_stays_so_when_their_own_row_comes(tmp_path: Path) -> None:
    ada, _bob = two(tmp_path)
    bring(tmp_path, "orders", ORDERS, ["o", "c", "2024-01-01", "P", 1, 2], bare=True)
    bare = get_named("shop/c")
    merge = merged(ada, bare)
    bring(tmp_path, "customers", CUSTOMERS, ["c", "Cid", "DE833333339", "", ""])
    assert get_named("shop/c") == ada
    undo_merge(merge=merge, by=None, now=NOON)
    bare.refresh_from_db()
    assert (bare.name, bare.link_key, counted(bare)) == ("Cid", "tax:DE833333339", [1, 0, 0, 0, 0, 2 - 1])


def test_an_invoice_follows_its_order_to_another(tmp_path: Path) -> None:
    ada, bob = two(tmp_path)
    merge = merged(ada, bob)
    bring(tmp_path, "customers", CUSTOMERS, ["d", "Dan", "DE844444449", "", ""])
    bring(tmp_path, "orders", ORDERS, ["o", "d", "2024-01-01", "P", 1, 2])
    bring(tmp_path, "invoices", INVOICES, ["i", "", "o", "2024-01-01", "2024-02-01", 5])
    bring(tmp_path, "orders", ORDERS, ["o", "b", "2024-01-01", "P", 1, 2])
    assert counted(ada)[:2] == [1, 1]
    undo_merge(merge=merge, by=None, now=NOON)
    assert (counted(ada)[:2], counted(bob)[:2]) == ([0, 0], [1, 1])


def test_what_people_type_of_the_survivor_is_the_survivors(tmp_path: Path) -> None:
    ada, bob = two(tmp_path)
    for customer, city in ((ada, ""), (bob, "Rome")):
        change_customer(customer=customer, fields={"city": city, "industry": "x"}, seen=version(customer, FIELDS))
    merge = merged(ada, bob)
    ada.refresh_from_db()
    assert ada.city == "Rome"
    ada = change_customer(customer=ada, fields={"city": "", "industry": "y"}, seen=version(ada, FIELDS))
    assert (ada.city, ada.industry) == ("", "y")
    undo_merge(merge=merge, by=None, now=NOON)
    ada.refresh_from_db()
    bob.refresh_from_db()
    assert [(one.city, one.industry) for one in (ada, bob)] == [("", "y"), ("Rome", "x")]


def test_an_export_says_of_each_record_whose_it_is(tmp_path: Path) -> None:
    ada, bob = two(tmp_path)
    merged(ada, bob)
    path = tmp_path / "out.csv"
    export_file(kind="customers", path=path, as_of=NOON.date(), source="")
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [(row["external_id"], row["customer_id"]) for row in rows] == [("a", str(ada.pk)), ("b", str(ada.pk))]
