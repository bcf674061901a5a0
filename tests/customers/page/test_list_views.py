from datetime import timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook
from pytest_django import DjangoAssertNumQueries

from crm.common import keys
from crm.common.audit.models import AuditEntry
from crm.common.days import today
from crm.common.lists import waiting
from crm.common.patience import rows_within
from customers.models import Tier
from customers.page import list_views, listing
from customers.trade.figures import refresh_figures
from tests.conftest import NOON, ClientFor
from tests.factories.customers import ContactFactory, ContactPointFactory, CustomerFactory
from tests.factories.trade import InvoiceFactory, OrderFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]


def names(client: object, **query: str) -> list[str]:
    response = client.get("/customers/", query)  # type: ignore[attr-defined]
    assert response.status_code == 200
    return [customer.name for customer in response.context["page"].rows]


def test_lists_customers_by_their_last_contact_and_by_name_when_asked(client_for: ClientFor) -> None:
    for name, days in (("Never", None), ("Beta", 3), ("Alpha", 2)):
        at = NOON - timedelta(days=days) if days else None
        CustomerFactory.create(name=name, last_contact_at=at)
    assert names(client_for("sales")) == ["Alpha", "Beta", "Never"]
    assert names(client_for("sales"), sort="-name") == ["Never", "Beta", "Alpha"]
    assert names(client_for("sales"), sort="updated_at; DROP") == ["Alpha", "Beta", "Never"]


def test_sorts_names_whatever_their_case_and_accents(client_for: ClientFor) -> None:
    for name in ("Zebra", "apple", "Ängelholm", "BMW", "ärger", "(Camden)", "三丰"):
        CustomerFactory.create(name=name)
    ascending = ["Ängelholm", "apple", "ärger", "BMW", "(Camden)", "Zebra", "三丰"]
    assert names(client_for("sales"), sort="name") == ascending
    assert names(client_for("sales"), sort="-name") == ascending[::-1]
    for sort, order in (("name", 1), ("-name", -1)):
        export = (
            client_for("manager").get(f"/customers/export/?sort={sort}").getvalue().decode("utf-8-sig").splitlines()
        )
        assert [row.split(",")[2] for row in export[1:]] == ascending[::order]


def test_narrows_by_tier_kind_country_and_debt(client_for: ClientFor) -> None:
    gold = Tier.objects.get(key="gold")
    CustomerFactory.create(name="Gold", tier=gold, country="FR")
    CustomerFactory.create(name="Person", kind="person")
    late, paid, soon = (CustomerFactory.create(name=name, country="CN") for name in ("Late", "Paid", "Soon"))
    InvoiceFactory.create(customer=late, due_on=today() - timedelta(days=1), paid=Decimal(40))
    InvoiceFactory.create(customer=paid, due_on=today() - timedelta(days=1), paid=Decimal(100))
    InvoiceFactory.create(customer=soon, due_on=today())
    refresh_figures()
    client = client_for("service")
    assert names(client, tier=str(gold.pk)) == ["Gold"]
    assert names(client, kind="person") == ["Person"]
    assert names(client, country="CN", sort="name") == ["Late", "Paid", "Soon"]
    assert names(client, overdue="yes") == ["Late"]
    assert names(client, tier="nonsense") == []
    assert "€60.00" in client.get("/customers/?overdue=yes").content.decode()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ller", ["Müller GmbH"]),
        ("MÜLL", ["Müller GmbH"]),
        ("三丰", ["张三丰贸易"]),
        ("Wong", ["Müller GmbH"]),
        ("12345", ["张三丰贸易"]),
        ("030 12345", ["张三丰贸易"]),
        ("+49 30 123", ["张三丰贸易"]),
        ("info@mu", ["Müller GmbH"]),
        ("A-77", ["张三丰贸易"]),
        ("50%", []),
        ("100_", []),
        ("nobody", []),
        ("三", []),
        ("ab", []),
        ("123", []),
        ("a\x00b", []),
    ],
)
def test_finds_by_any_fragment(client_for: ClientFor, text: str, found: list[str]) -> None:
    muller, zhang = CustomerFactory.create(name="Müller GmbH"), CustomerFactory.create(name="张三丰贸易")
    CustomerFactory.create(name="Other")
    ContactFactory.create(customer=muller, name="Suzie Wong")
    ContactPointFactory.create(customer=muller, raw="Info@Muller.example")
    ContactPointFactory.create(customer=zhang, kind="phone", raw="+49 30 12345")
    OrderFactory.create(customer=zhang, number="A-77")
    assert names(client_for("sales"), q=text) == found


def test_the_best_matches_come_first(client_for: ClientFor) -> None:
    for name in ("Aremark", "Big Mark", "Markus", "Mark"):
        CustomerFactory.create(name=name)
    assert names(client_for("sales"), q="mark") == ["Mark", "Markus", "Big Mark", "Aremark"]


def test_the_order_of_a_search_is_named_and_may_be_taken_again(client_for: ClientFor) -> None:
    for name in ("Old Acme", "Acme"):
        CustomerFactory.create(name=name)
    client, best = client_for("sales"), '<option value="relevance" selected>Best match first</option>'
    assert best in client.get("/customers/", {"q": "acme"}).content.decode()
    by_name = client.get("/customers/", {"q": "acme", "sort": "-name"}).content.decode()
    assert '<option value="relevance" >Best match first</option>' in by_name
    assert names(client, q="acme", sort="-name") == ["Old Acme", "Acme"]
    assert names(client, q="acme", sort="relevance") == ["Acme", "Old Acme"]
    assert "Best match first" not in client.get("/customers/").content.decode()


@pytest.mark.parametrize(
    ("expected", "count", "all_of_them"),
    [(0, "52 customers", "All 52 of the result"), (1_560_121, "about 1,560,000", "All of the result"),
     (20, "more than 20", "All of the result")],
)  # fmt: skip
def test_how_many_they_are_is_said_as_it_is_known(
    expected: int, count: str, all_of_them: str, client_for: ClientFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    CustomerFactory.create_batch(listing.PAGE_SIZE + 2)
    if expected:
        monkeypatch.setattr(keys, "expected_rows", lambda _rows: expected)
        monkeypatch.setattr(listing, "FEW", 20)
    page = " ".join(client_for("manager").get("/customers/").content.decode().split())
    assert f"> {count} </div>" in page
    assert f'<span class="form-check-label">{all_of_them}</span>' in page


def test_where_nobody_fits_a_text_it_asks_who_was_meant(client_for: ClientFor) -> None:
    meant = CustomerFactory.create(name="Nordwind", kind="person")
    client = client_for("sales")
    page = client.get("/customers/?q=nordwimd").content.decode()
    assert "Did you mean:" in page
    assert f'<a href="{meant.get_absolute_url()}">Nordwind</a>' in page
    for other in ("q=nordwind", "q=zqxvzq", "q=nordwimd&kind=person"):
        assert "Did you mean:" not in client.get(f"/customers/?{other}").content.decode()


def test_more_than_a_page_of_them_is_found_in_seven_queries(
    client_for: ClientFor, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    CustomerFactory.create_batch(52)
    client = client_for("sales")
    with django_assert_max_num_queries(7):
        found = client.get("/customers/?q=customer").context["listing"]
    assert (len(found.rows), found.count) == (50, 52)


def test_a_text_too_short_says_so(client_for: ClientFor) -> None:
    CustomerFactory.create(name="a")
    page = client_for("sales").get("/customers/?q=a").content.decode()
    assert "Type at least 2 letters, 2 Chinese characters or 4 digits." in page
    assert "0 customers" not in page


def test_pages_by_key(client_for: ClientFor) -> None:
    for number in range(53):
        CustomerFactory.create(name=f"C{number:02d}")
    client = client_for("sales")
    first = client.get("/customers/?sort=name").context
    assert first["listing"].count == 53
    second = client.get("/customers/", {"sort": "name", "cursor": first["page"].next_cursor}).context
    assert [c.name for c in second["page"].rows] == ["C50", "C51", "C52"]
    assert names(client, sort="name", cursor=second["page"].previous_cursor) == [f"C{n:02d}" for n in range(50)]


@pytest.mark.parametrize(
    ("query", "most"),
    [
        ("", 7),  # session, user, two of rights, views, known and unknown last contacts
        ("?q=cust", 7),  # the search is counted; nobody is without relevance
        ("?overdue=yes&sort=-last_contact_at", 7),
        ("?tier=1&owner=me&columns=name,tags,team&sort=name", 8),  # what tiers and people there are
    ],
)
def test_takes_as_many_queries_for_three_rows_as_for_one(client_for: ClientFor, query: str, most: int) -> None:
    client, taken = client_for("sales"), []
    for rows in (1, 2):
        for customer in CustomerFactory.create_batch(rows):
            InvoiceFactory.create(customer=customer, due_on=today() - timedelta(days=3))
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/customers/{query}")
        taken.append(len(queries))
    assert taken[0] == taken[1] <= most


def test_a_view_that_cannot_be_shown_is_not_found_again(client_for: ClientFor, monkeypatch: pytest.MonkeyPatch) -> None:
    client = client_for("sales")
    with monkeypatch.context() as patch:
        patch.setattr(list_views, "listing", None)
        client.raise_request_exception = False
        assert client.get("/customers/?view=overdue").status_code == 500
    assert client.get("/customers/").context["state"].view.key == "all"
    client.get("/customers/?view=overdue")
    assert client.get("/customers/").context["state"].view.key == "overdue"


def test_what_takes_too_long_is_given_up_with_how_to_ask_for_less(
    client_for: ClientFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def endless(*_args: object, within_s: float | None, **_options: object) -> None:
        rows_within(within_s, "SELECT pg_sleep(60)", [])

    client = client_for("sales")
    with monkeypatch.context() as patch:
        patch.setattr(listing, "page_keys", endless)
        patch.setattr(waiting, "PATIENCE_S", 0.01)
        page = client.get("/customers/?view=all&city=rome").content.decode()
    assert "Add a condition that leaves fewer" in page
    assert "City: " in page  # with its filters, to be changed
    assert client.get("/customers/?view=all&city=rome").status_code == 200


def test_empty_states(client_for: ClientFor) -> None:
    assert "No customers yet" in client_for("sales").get("/customers/").content.decode()
    page = client_for("sales").get("/customers/?q=nobody here").content.decode()
    assert "Nobody fits" in page
    assert '<a class="btn btn-primary" href="?view=all">Clear filters</a>' in page
    assert '<a class="btn" href="/customers/new/?name=nobody+here">Create “nobody here”</a>' in page
    assert 'value="nobody here"' in client_for("sales").get("/customers/new/?name=nobody+here").content.decode()


def test_export_respects_filters_and_disarms_formulas(client_for: ClientFor) -> None:
    CustomerFactory.create(name="=cmd()", email="a@b.example", phone="+49 30 1", tier=Tier.objects.get(key="gold"))
    CustomerFactory.create(name="Person", kind="person")
    response = client_for("manager").get("/customers/export/?kind=organization")
    lines = response.getvalue().decode("utf-8-sig").splitlines()
    assert lines[0].startswith("customer_id,kind,name,tax_id,email,phone,")
    assert [line.split(",", 1)[1] for line in lines[1:]] == [
        "organization,'=cmd(),,a@b.example,+49 30 1,,,,DE,,,,,gold,,,,,,,,,,2026-11-15T12:00:00+00:00",
    ]


def test_export_as_a_spreadsheet_with_the_columns_of_the_list(client_for: ClientFor) -> None:
    customer = CustomerFactory.create(name="=cmd()", phone="+49 30 1")
    CustomerFactory.create(name="Person", kind="person")
    url = "/customers/export/?kind=organization&format=xlsx&columns=name,phone"
    response = client_for("manager").get(url)
    assert response.headers["Content-Disposition"] == 'attachment; filename="customers.xlsx"'
    sheet = load_workbook(BytesIO(response.getvalue()))["Customers"]
    assert [[cell.value for cell in row] for row in sheet.rows] == [
        ["customer_id", "name", "phone"], [customer.pk, "'=cmd()", "+49 30 1"],
    ]  # fmt: skip
    entry = AuditEntry.objects.get()
    assert (entry.what, entry.count, entry.details) == ("customers.export", 1, {"filters": ["kind"]})


@pytest.mark.parametrize(("query", "words"), [("", "No customers yet"), ("q=nobody", "Nobody fits")])
def test_an_export_of_nobody_is_its_header_and_the_list_says_so(query: str, words: str, client_for: ClientFor) -> None:
    if query:
        CustomerFactory.create(name="Ada")
    client = client_for("manager")
    response = client.get(f"/customers/export/?{query}")
    assert response.status_code == 200
    (header,) = response.getvalue().decode("utf-8-sig").splitlines()
    assert header.startswith("customer_id,kind,name,")
    assert words in client.get(f"/customers/?{query}").content.decode()


def test_export_takes_its_permission(client_for: ClientFor) -> None:
    assert client_for("service").get("/customers/export/").status_code == 403


def test_what_is_exported_of_selected_rows_has_the_columns_of_the_list(client_for: ClientFor) -> None:
    customer, client = CustomerFactory.create(), client_for("sales")
    page = client.get("/customers/?columns=name,place").content.decode()
    assert '<input type="hidden" name="columns" value="name,place">' in page
    sent = {"action": "export", "ids": customer.pk, "columns": "name,place"}
    asked = client.post("/customers/bulk/", sent)
    assert asked.context["form"]["columns"].value() == "name,place"
