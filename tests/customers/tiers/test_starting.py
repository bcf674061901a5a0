from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from crm.common.days import today
from customers.models import Customer, ImportBatch, Interaction, Order, TierAssignment, TierMark, TierPolicy
from customers.tiers import tiering
from customers.tiers.following import follow
from customers.tiers.starting import start_in_tiers
from customers.tiers.tiering_sql import starts
from tests import plans
from tests.conftest import ClientFor
from tests.customers.importing.files import counts as rows_of
from tests.customers.importing.files import load, write_csv
from tests.customers.tiers.histories import counts, history, tier
from tests.factories.customers import CustomerFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]
NEW = {"kind": "organization", "name": "Acme GmbH"}
BARE: dict[str, Any] = {"create_missing": {"customers": {}}}
SAID = ("tier__key", "valid", "reason", "figures", "policy", "by")


def customers(folder: Path, *names: str, dry_run: bool = False) -> ImportBatch:
    lines = [[number, name] for number, name in enumerate(names, start=1)]
    return load("customers", write_csv(folder / "c.csv", "external_id,name", lines), dry_run=dry_run)


def orders(folder: Path, *rows: Sequence[object], mapping: dict[str, Any] = BARE) -> ImportBatch:
    """(number, customer, day, revenue)."""
    headers = "external_id,customer_external_id,placed_at,unit_price,unit_cost,quantity"
    return load("orders", write_csv(folder / "o.csv", headers, [[*row, 0, 1] for row in rows]), mapping=mapping)


def in_tiers() -> dict[str, str | None]:
    return dict(Customer.objects.values_list("name", "tier__key"))


def assert_the_night_changes_nothing() -> None:
    before = list(TierAssignment.objects.order_by("pk").values())
    assert counts(tiering.retier()) == (Customer.objects.count(), 0, 0, Customer.objects.count())
    assert list(TierAssignment.objects.order_by("pk").values()) == before


def test_one_typed_in_starts_as_a_run_would_leave_them(client_for: ClientFor) -> None:
    there = CustomerFactory.create()
    tiering.retier()
    client = client_for("sales")
    page = client.post("/customers/new/", NEW, follow=True).content.decode()
    made = Customer.objects.exclude(pk=there.pk).get()
    assert made.tier == tier("bronze")
    left = TierAssignment.objects.filter(customer=there).values(*SAID).get()
    assert TierAssignment.objects.filter(customer=made).values(*SAID).get() == left
    assert ("tonight" in page, "since Nov. 15, 2026" in page, page.count("Bronze") >= 2) == (False, True, True)
    client.cookies["django_language"] = "zh-hans"
    page = client.get(f"/customers/{made.pk}/").content.decode()
    assert ("今晚" in page, "青铜" in page) == (False, True)
    assert TierMark.objects.filter(customer_id=made.pk).count() == 0
    assert_the_night_changes_nothing()


def test_an_administrator_s_too(client_for: ClientFor) -> None:
    client_for("administrator").post("/admin/customers/customer/add/", {**NEW, "_save": "Save"})
    assert in_tiers() == {"Acme GmbH": "bronze"}
    assert_the_night_changes_nothing()


def test_of_a_file_those_it_makes_start_and_nobody_else(tmp_path: Path) -> None:
    other = CustomerFactory.create(name="other")
    customers(tmp_path, "Ada", "Bob", dry_run=True)
    assert not TierAssignment.objects.exists()
    customers(tmp_path, "Ada", "Bob")
    assert in_tiers() == {"Ada": "bronze", "Bob": "bronze", "other": None}
    Customer.objects.filter(name="Bob").update(tier=tier("gold"))
    assert rows_of(customers(tmp_path, "Ada", "Bobby", "Cy")) == {"rows": 3, "created": 1, "updated": 1, "unchanged": 1}
    assert in_tiers() == {"Ada": "bronze", "Bobby": "gold", "Cy": "bronze", "other": None}
    assert TierAssignment.objects.count() == 3
    assert not TierMark.objects.exists()
    other.delete()
    assert_the_night_changes_nothing()


def test_who_comes_with_orders_starts_by_what_they_brought(tmp_path: Path) -> None:
    """And their facts of the day follow: they were written before anybody knew."""
    long_ago = today() - timedelta(days=400)
    orders(tmp_path, ("o1", "rich", today(), "5000"), ("o2", "poor", today(), "1"), ("o3", "once", long_ago, "9000"))
    assert in_tiers() == {"rich": "gold", "poor": "bronze", "once": "bronze"}
    assert history(Customer.objects.get(name="rich")) == [("gold", today(), None)]
    follow()
    assert list(Order.objects.order_by("number").values_list("tier__key", flat=True)) == ["gold", "bronze", None]
    assert_the_night_changes_nothing()


def test_a_contact_by_the_number_they_bring_follows(tmp_path: Path) -> None:
    headers = "external_id,contact_value,channel,occurred_at"
    called = [["t1", "030 7000000", "phone", f"{today()} 09:00"], ["t2", "030 7000001", "phone", f"{today()} 09:00"]]
    load("interactions", write_csv(tmp_path / "t.csv", headers, called))
    load(
        "customers", write_csv(tmp_path / "c.csv", "external_id,name,phone", [[1, "Ada", "030 7000000"], [2, "B", ""]])
    )
    follow()
    contacts = Interaction.objects.order_by("contact_normalised").values_list("customer__name", "tier__key")
    assert list(contacts) == [("Ada", "bronze"), (None, None)]
    assert_the_night_changes_nothing()


def test_what_is_another_s_from_now_on_is_in_their_tier(tmp_path: Path) -> None:
    """A shop's customer without a row turns out to be one who is there."""
    load(
        "customers",
        write_csv(tmp_path / "a.csv", "external_id,name,tax_id", [["a1", "Ada", "DE811193231"]]),
        source="crm",
    )
    orders(tmp_path, ("o1", "c1", today(), "5000"), ("o2", "c1", today() - timedelta(days=1), "1"))
    follow()
    Customer.objects.filter(name="Ada").update(tier=tier("silver"))
    TierAssignment.objects.filter(customer__name="Ada").update(tier=tier("silver"))
    load("customers", write_csv(tmp_path / "c.csv", "external_id,name,tax_id", [["c1", "Ada", "DE811193231"]]))
    follow()
    found = Order.objects.order_by("number").values_list("customer__name", "tier__key")
    assert list(found) == [("Ada", "silver"), ("Ada", None)]


def test_a_past_day_decided_after_the_first_files_is_the_only_decision(tmp_path: Path) -> None:
    customers(tmp_path, "Ada")
    then = today() - timedelta(days=60)
    orders(tmp_path, ("o1", "1", then, "5000"), mapping={})
    assert in_tiers() == {"Ada": "bronze"}
    tiering.retier(as_of=then)
    assert history(Customer.objects.get()) == [("gold", then, None)]
    assert in_tiers() == {"Ada": "gold"}


@pytest.mark.parametrize(
    ("rules", "key"),
    [
        ([{"tier": "gold", "min_value": "1"}], None),
        ([{"tier": "gold", "min_value": "0"}, {"tier": "bronze"}], "gold"),
        ([{"tier": "gold", "min_on_time": "1"}, {"tier": "bronze"}], "gold"),  # nothing due counts as paid on time
        ([{"tier": "gold", "min_value": "0.01"}, {"tier": "silver"}], "silver"),
        ([{"tier": "lead"}], None),
        ([], None),
    ],
)
def test_they_start_where_a_customer_without_figures_stands(
    tmp_path: Path, rules: list[dict[str, str]], key: str | None
) -> None:
    """In none where no tier asks for nothing, or where the policy cannot be read; the customer is made all the same."""
    TierPolicy.objects.update(rules=rules)
    customers(tmp_path, "Ada")
    assert in_tiers() == {"Ada": key}
    assert TierAssignment.objects.count() == (1 if key else 0)


def test_without_a_policy_they_start_in_none(client_for: ClientFor) -> None:
    TierPolicy.objects.update(published_at=None)
    client_for("sales").post("/customers/new/", NEW)
    assert in_tiers() == {"Acme GmbH": None}


def test_those_who_arrive_are_told_their_tier_before_they_are_there() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE imp_arriving ON COMMIT DROP AS"
            " SELECT x AS customer_id, x = 8 AS is_bare, NULL::bigint AS tier_id FROM (VALUES (7), (8)) y (x)"
        )
        start_in_tiers(cursor)
        cursor.execute("SELECT customer_id, tier_id FROM imp_arriving ORDER BY 1")
        assert cursor.fetchall() == [(7, tier("bronze").pk), (8, tier("bronze").pk)]
    assert list(TierMark.objects.values_list("customer_id", "from_day")) == [(8, today())]
    TierAssignment.objects.all().delete()  # of nobody; the test's end looks whether the keys are there


def test_to_start_somebody_nobody_elses_figures_are_added_up() -> None:
    """Of 3,000,000 orders that took eleven seconds, for each customer typed in and each chunk of a file."""
    _policy, rules = tiering.get_policy()
    values = {**tiering.values_of(_policy, rules, day=today(), now=today()), "bare": []}
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE imp_arriving (customer_id bigint, is_bare boolean, tier_id bigint)")
    plan = plans.nodes(starts(len(rules)).partition(" AS\n")[2], values)
    assert {node.get("Relation Name") for node in plan if "customer_id = ANY" in conditions(node)} >= {
        "customers_order",
        "customers_invoice",
    }


def conditions(node: dict[str, Any]) -> str:
    """Those by which rows are found or left out, however they are read."""
    return " ".join(str(node.get(kind, "")) for kind in ("Index Cond", "Recheck Cond", "Filter"))
