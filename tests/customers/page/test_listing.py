import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from crm.common import keys
from crm.common.paging import PAGE_SIZE
from customers.identity.search import BEST, matching, read
from customers.models import Customer, CustomerFigures, Tier
from customers.page import listing as module
from customers.page.listing import Listing, listing, search_listing
from tests.conftest import NOON, ClientFor
from tests.database import as_owner
from tests.factories.accounts import TeamFactory, UserFactory
from tests.factories.customers import CustomerFactory
from tests.plans import nodes, ran

pytestmark = pytest.mark.django_db
ON = date(2026, 3, 1)
SETTINGS = re.compile(r"^(SET LOCAL [^;]+; )*")
"""What the planner is told with a statement."""


def listed(*, cursor: str = "") -> Listing:
    return listing(Customer.objects.all(), order_by="search", cursor=cursor)


def counted(found: Listing) -> tuple[int, bool]:
    return found.count, found.is_estimate or found.is_more or found.is_capped


def test_nobody_is_none_and_that_is_exact() -> None:
    found = search_listing(Customer.objects.all(), order_by="search", cursor="", most=300)
    assert (found.rows, found.page.next_cursor, counted(found)) == ([], "", (0, False))


def test_each_row_brings_what_it_shows(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    gold, owner, team = Tier.objects.get(key="gold"), UserFactory.create(), TeamFactory.create()
    late = CustomerFactory.create(name="A", tier=gold, owner=owner, team=team)
    CustomerFactory.create(name="B")
    CustomerFigures.objects.create(customer=late, overdue=60, revenue=500, as_of=ON)
    with django_assert_num_queries(3):
        found = listed()
        first, second = found.rows
        assert (first.tier, first.owner, first.team, first.figures.overdue) == (gold, owner, team, Decimal(60))
        assert (second.tier, second.owner, second.team, hasattr(second, "figures")) == (None, None, None, False)
    assert counted(found) == (2, False)


@pytest.mark.parametrize("customers", [PAGE_SIZE, PAGE_SIZE + 1])
def test_few_are_counted_with_the_page(customers: int, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    CustomerFactory.create_batch(customers)
    with django_assert_num_queries(3):
        found = listed()
    assert (len(found.rows), counted(found)) == (PAGE_SIZE, (customers, False))


@pytest.mark.parametrize(("expected", "how"), [(2, (2, False, True)), (9_000, (9_000, True, False))])
def test_where_many_fit_it_tells_about_how_many(
    expected: int, how: tuple[int, bool, bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys, "expected_rows", lambda _rows: expected)
    monkeypatch.setattr(module, "FEW", 2)
    CustomerFactory.create_batch(PAGE_SIZE + 2)
    found = listed()
    assert (found.count, found.is_estimate, found.is_more) == how
    last = listed(cursor=found.page.next_cursor)
    assert (len(last.rows), last.page.next_cursor) == (2, "")


def test_of_a_search_the_count_comes_with_the_page(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    CustomerFactory.create_batch(PAGE_SIZE + 2, country="FR")
    CustomerFactory.create()
    found = matching(Customer.objects.filter(country="FR"), read("customer"))
    with django_assert_num_queries(2):
        first = search_listing(found, order_by="relevance", cursor="", most=300)
        last = search_listing(found, order_by="relevance", cursor=first.page.next_cursor, most=300)
    assert (len(first.rows), counted(first)) == (PAGE_SIZE, (PAGE_SIZE + 2, False))
    assert (len(last.rows), counted(last)) == (2, (PAGE_SIZE + 2, False))


def test_the_last_page_counts_those_before_it_too() -> None:
    CustomerFactory.create_batch(PAGE_SIZE + 1)
    last = listed(cursor=listed().page.next_cursor)
    assert (len(last.rows), counted(last)) == (1, (PAGE_SIZE + 1, False))


@pytest.mark.parametrize(("most", "is_capped"), [(3, True), (4, False)])
def test_a_search_that_met_its_cap_found_at_least_so_many(most: int, is_capped: bool) -> None:
    CustomerFactory.create_batch(3)
    found = search_listing(Customer.objects.all(), order_by="search", cursor="", most=most)
    assert counted(found) == (3, is_capped)


@pytest.mark.usefixtures("tidy_tables")
@pytest.mark.parametrize(
    ("order", "index", "condition"),
    [
        ("tier__rank", "customer_by_tier", "(id > "),
        ("-owner__name", "customer_ordered_by_owner", "(id < "),
        ("-figures__overdue", "figures_by_overdue", "ROW(overdue, customer_id) < ROW("),
        ("-created_at", "customer_ordered_by_creation", "ROW(created_at, id) < ROW("),
    ],
)
def test_a_page_deep_in_an_order_is_read_from_its_index(
    order: str, index: str, condition: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planner may sort so few by hand: it is asked not to."""
    monkeypatch.setattr(keys, "expected_rows", lambda _rows: 10**6)
    tiers, owners = [*Tier.objects.all()], UserFactory.create_batch(12)
    made = Customer.objects.bulk_create(
        Customer(kind="person", name=f"C{at}", tier=tiers[at // 200], owner=owners[at // 50]) for at in range(600)
    )
    CustomerFigures.objects.bulk_create(
        CustomerFigures(customer=customer, overdue=at % 4, as_of=ON) for at, customer in enumerate(made)
    )
    cursor = listing(Customer.objects.all(), order_by=order, cursor="").page.next_cursor
    with as_owner(), connection.cursor() as planner:
        planner.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in ("customers_customer", "customers_customerfigures"):  # in the order they were made in
            planner.execute(f"CLUSTER {table} USING {table}_pkey")
        planner.execute("ANALYZE customers_customer, customers_customerfigures, accounts_user")
        planner.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off;"
                        "SET LOCAL enable_hashjoin = off")  # fmt: skip
    with CaptureQueriesContext(connection) as asked:
        found = listing(Customer.objects.all(), order_by=order, cursor=cursor)
    assert len(found.rows) == PAGE_SIZE
    plan = nodes(SETTINGS.sub("", asked.captured_queries[0]["sql"]))
    assert not {"Seq Scan", "Bitmap Heap Scan"} & {node["Node Type"] for node in plan if "customer" in str(node)}
    conditions = [node.get("Index Cond", "") for node in plan if node.get("Index Name") == index]
    assert condition in re.sub(r"\w+\.(?=\w)", "", " ".join(conditions))


@pytest.mark.usefixtures("tidy_tables")
@pytest.mark.parametrize(
    ("order", "where", "index", "condition"),
    [
        ("figures__revenue", Q(figures__profit__gte=900), "figures_by_revenue", "profit >= "),
        ("-figures__profit", Q(figures__overdue__gte=900), "figures_by_profit", "overdue >= "),
        ("figures__overdue", Q(figures__revenue__gte=900), "figures_by_overdue", "revenue >= "),
        ("-search", Q(industry__in=["food"]), "customer_ordered_by_name", "industry = "),
        ("-search", Q(city__in=["Rome"]), "customer_ordered_by_name", "city = "),
        ("-last_contact_at", Q(city__in=["Rome"]), "customer_ordered_by_contact", "city = "),
        ("-created_at", Q(city__in=["Rome"]), "customer_ordered_by_creation", "city = "),
        ("-search", Q(kind__in=["person"]), "customer_ordered_by_name", "kind = "),
        ("-last_contact_at", Q(country__in=["GB"]), "customer_ordered_by_contact", "country = "),
        ("-created_at", Q(language__in=["zh"]), "customer_ordered_by_creation", "language = "),
    ],
)
def test_who_does_not_fit_is_passed_over_within_the_index_of_the_order(
    order: str, where: Q, index: str, condition: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All who fit stand at the far end: everybody's row was read on the way there."""
    monkeypatch.setattr(keys, "expected_rows", lambda _rows: 10**6)
    made = Customer.objects.bulk_create(
        Customer(
            name=f"C{at:03d}", industry="wood" if at else "food", city="Bonn" if at else "Rome",
            kind="organization" if at else "person", country="DE" if at else "GB", language="de" if at else "zh",
            last_contact_at=NOON + at * timedelta(minutes=1),
        )
        for at in range(600)
    )  # fmt: skip
    Customer.objects.filter(pk=made[0].pk).update(created_at=NOON - timedelta(days=9))
    CustomerFigures.objects.bulk_create(
        CustomerFigures(
            customer=customer, as_of=ON, revenue=at if at < 599 else 999, profit=0 if at else 999,
            overdue=0 if at else 999,
        )
        for at, customer in enumerate(made)
    )  # fmt: skip
    CustomerFigures.objects.filter(customer=made[0]).update(revenue=998, profit=999, overdue=999)
    with as_owner(), connection.cursor() as planner:
        planner.execute("SET CONSTRAINTS ALL IMMEDIATE; ANALYZE customers_customer, customers_customerfigures")
        planner.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off;"
                        "SET LOCAL enable_hashjoin = off; SET LOCAL enable_sort = off")  # fmt: skip
    with CaptureQueriesContext(connection) as asked:
        found = listing(Customer.objects.all(), where=where, order_by=order, cursor="")
    assert made[0] in found.rows
    (read,) = [
        node for node in ran(SETTINGS.sub("", asked.captured_queries[0]["sql"])) if node.get("Index Name") == index
    ]
    assert condition in re.sub(r"\w+\.(?=\w)|\((?=\w+\)::text)|(?<=\w)\)::text", "", read["Index Cond"])
    assert read.get("Rows Removed by Filter", 0) == 0
    assert read["Actual Rows"] == len(found.rows)


@pytest.mark.usefixtures("tidy_tables")
@pytest.mark.parametrize("order", ["tier__rank", "-tier__rank"])
@pytest.mark.parametrize(
    ("field", "value"), [("city", "Rome"), ("country", "GB"), ("kind", "person"), ("language", "zh")]
)
def test_in_the_order_of_tiers_only_who_fits_is_read(
    order: str, field: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In whichever tier they are, and however many others there are."""
    monkeypatch.setattr(keys, "expected_rows", lambda _rows: 10**6)
    tiers = [*Tier.objects.order_by("rank")]
    Customer.objects.bulk_create(Customer(name=f"C{at}", tier=tiers[at % len(tiers)]) for at in range(400))
    mine = [CustomerFactory.create(**{"kind": "organization", field: value, "tier": tier}) for tier in tiers]
    with as_owner(), connection.cursor() as planner:
        planner.execute("SET CONSTRAINTS ALL IMMEDIATE; ANALYZE customers_customer")
    with CaptureQueriesContext(connection) as asked:
        found = listing(Customer.objects.all(), where=Q(**{f"{field}__in": [value]}), order_by=order, cursor="")
    assert found.rows == (mine if order == "tier__rank" else mine[::-1])
    read = [
        node for node in ran(SETTINGS.sub("", asked.captured_queries[0]["sql"]))
        if node.get("Relation Name") == "customers_customer"
    ]  # fmt: skip
    assert [node["Index Name"] for node in read] == [f"customer_{field}_by_tier"]
    assert [node.get("Rows Removed by Filter", 0) for node in read] == [0]


@pytest.mark.usefixtures("tidy_tables")
def test_in_the_order_of_tiers_none_of_another_than_is_asked_for_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "expected_rows", lambda _rows: 10**6)
    first, *_others, last = Tier.objects.order_by("rank")
    Customer.objects.bulk_create(Customer(name=f"C{at}", tier=first) for at in range(200))
    mine = CustomerFactory.create(tier=last)
    with CaptureQueriesContext(connection) as asked:
        found = listing(Customer.objects.all(), where=Q(tier__in=[last.pk]), order_by="tier__rank", cursor="")
    assert found.rows == [mine]
    plan = ran(SETTINGS.sub("", asked.captured_queries[0]["sql"]))
    assert max(node["Actual Rows"] for node in plan if node.get("Relation Name") == "customers_customer") <= 1


def test_in_the_order_of_how_well_they_fit_the_best_alone_are_shown(client_for: ClientFor) -> None:
    Customer.objects.bulk_create(Customer(name=f"Mark {at:03d}", country="DE") for at in range(BEST + 20))
    client = client_for("manager")

    def shown(**asked: str) -> tuple[int, bool, int]:
        found = client.get("/customers/", {"q": "mark", **asked}).context["listing"]
        rest = client.get("/customers/", {"q": "mark", **asked, "cursor": found.page.next_cursor}).context["listing"]
        return *counted(found), len(rest.rows)

    def in_a_file(**asked: str) -> int:
        return client.get("/customers/export/", {"q": "mark", **asked}).getvalue().count(b"\n") - 1

    assert shown() == (BEST, True, BEST - PAGE_SIZE)
    assert (in_a_file(), in_a_file(sort="name")) == (BEST, BEST + 20)
    assert "the best 100" in client.get("/customers/?q=mark").content.decode()
    assert shown(sort="name") == (BEST + 20, False, PAGE_SIZE)
    assert shown(country="DE") == (BEST + 20, False, PAGE_SIZE)


def test_those_without_figures_are_told_by_the_relation(monkeypatch: pytest.MonkeyPatch) -> None:
    """The planner took a figure, which always has a value, for never empty, and sorted everybody."""
    monkeypatch.setattr(keys, "expected_rows", lambda _rows: 10**6)
    CustomerFactory.create_batch(2)
    with CaptureQueriesContext(connection) as asked:
        assert len(listing(Customer.objects.all(), order_by="-figures__revenue", cursor="").rows) == 2
    conditions = [query["sql"].partition(" WHERE ")[2] for query in asked]
    assert '"customers_customerfigures"."customer_id" IS NULL' in conditions[1]
    assert not [where for where in conditions if '"revenue" IS' in where]
