from datetime import timedelta
from decimal import Decimal
from functools import partial
from io import BytesIO
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from openpyxl import load_workbook

from accounts import list_export_views
from crm.common.audit.models import AuditEntry
from crm.common.days import today
from crm.common.lists import waiting
from crm.common.paging import keyset_page
from customers.interactions.to_do import views as task_views
from customers.models import Call, Invoice, Payment
from customers.trade import list_views
from customers.trade.invoices import with_standing
from tests.conftest import NOON, ClientFor, UserFor
from tests.database import as_owner
from tests.factories.customers import CustomerFactory
from tests.factories.trade import InvoiceFactory, OrderFactory
from tests.plans import nodes

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]


def numbers(client: Client, path: str, **query: str) -> list[str]:
    answer = client.get(f"{path}?{urlencode(query)}")
    assert answer.status_code == 200
    return [row.number for row in answer.context["rows"].rows]


def csv(client: Client, path: str, **query: str) -> list[list[str]]:
    answer = client.get(f"{path}?{urlencode(query)}")
    assert answer.status_code == 200
    return [line.split(",") for line in answer.getvalue().decode("utf-8-sig").splitlines()]


@pytest.fixture
def ordered(user_for: UserFor, in_november: None) -> None:
    mine = CustomerFactory.create(name="Acme", owner=user_for("sales"))
    other = CustomerFactory.create(name="Beta")
    for number, customer, days, amount, status in (
        ("A-1", mine, 40, "10", "shipped"),
        ("A-2", mine, 2, "30", "returned"),
        ("B-1", other, 1, "20", "placed"),
        ("W-1", None, 3, "5", "cancelled"),
    ):
        lines = [("1", amount, None)]
        OrderFactory.create(
            number=number, customer=customer, placed_at=NOON - timedelta(days=days), status=status, lines=lines
        )


@pytest.mark.usefixtures("ordered")
def test_orders_are_looked_at_from_all_sides(client_for: ClientFor) -> None:
    client, path = client_for("sales"), "/orders/"
    assert numbers(client, path) == ["B-1", "A-2", "W-1", "A-1"]
    assert numbers(client, path, sort="placed") == ["A-1", "W-1", "A-2", "B-1"]
    assert numbers(client, path, sort="-amount") == ["A-2", "B-1", "A-1", "W-1"]
    assert numbers(client, path, sort="customer") == ["A-1", "A-2", "B-1", "W-1"]
    assert numbers(client, path, sort="-number") == ["W-1", "B-1", "A-2", "A-1"]
    assert numbers(client, path, sort="placed", number="A-") == ["A-1", "A-2"]
    assert numbers(client, path, view="mine") == ["A-2", "A-1"]
    assert numbers(client, path, view="recent") == ["B-1", "A-2", "W-1"]
    assert numbers(client, path, view="undone") == ["A-2", "W-1"]
    page = client.get("/orders/?view=all").content.decode()
    assert "walk-in" in page
    assert "Acme" in page
    assert "None fits" in client.get("/orders/?view=all&number=Z").content.decode()


def test_before_there_are_any_it_says_where_they_come_from(client_for: ClientFor) -> None:
    assert "when the shop&#x27;s file is imported" in client_for("sales").get("/orders/").content.decode()
    assert "when the books&#x27; file is imported" in client_for("sales").get("/invoices/").content.decode()


@pytest.fixture
def billed(user_for: UserFor, in_november: None) -> None:
    mine = CustomerFactory.create(name="=Acme", owner=user_for("sales"))
    for number, customer, days, amount, paid in (
        ("late", None, -3, 100, 40),
        ("mine", mine, -9, 100, 0),
        ("soon", None, 3, 50, 0),
        ("paid", None, -5, 70, 70),
        ("back", None, -5, -20, 0),
    ):
        due = today() + timedelta(days=days)
        fields = {"customer": customer} if customer else {}
        InvoiceFactory.create(
            number=number, due_on=due, issued_on=due - timedelta(days=30), amount=Decimal(amount), paid=Decimal(paid),
            **fields,
        )  # fmt: skip


@pytest.mark.usefixtures("billed")
def test_in_chinese_an_open_invoice_is_unpaid_and_an_open_call_not_ended(client_for: ClientFor) -> None:
    client = client_for("sales")
    client.cookies["django_language"] = "zh-hans"
    page = client.get("/invoices/?view=open").content.decode()
    assert "未结" in page
    assert "未结束" not in page
    with translation.override("zh-hans"):
        assert Call.Outcome.OPEN.label == "未结束"


@pytest.mark.usefixtures("billed")
def test_invoices_are_found_by_how_they_stand(client_for: ClientFor) -> None:
    client, path = client_for("sales"), "/invoices/"
    assert numbers(client, path) == ["soon", "late", "back", "paid", "mine"]
    assert numbers(client, path, view="open") == ["mine", "late", "soon"]
    assert numbers(client, path, view="overdue") == ["mine", "late"]
    assert numbers(client, path, view="mine") == ["mine"]
    assert numbers(client, path, view="all", state="paid") == ["paid"]
    assert numbers(client, path, view="all", state="credit") == ["back"]
    assert numbers(client, path, view="all", state="nonsense") == []
    assert numbers(client, path, sort="number", view="all") == ["back", "late", "mine", "paid", "soon"]
    assert numbers(client, path, sort="amount", view="all") == ["back", "soon", "paid", "late", "mine"]
    not_open = '{"all": [{"field": "state", "op": "is_not", "value": ["open", "paid"]}]}'
    assert numbers(client, path, view="all", where=not_open) == ["back"]


@pytest.mark.usefixtures("billed")
@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("open", ["soon", "late", "mine", "paid", "back"]),
        ("-open", ["mine", "late", "soon", "back", "paid"]),
    ],
)
def test_what_is_open_orders_them_to_and_fro_and_those_of_which_nothing_is_come_last(
    sort: str, expected: list[str], client_for: ClientFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two to a page; what is open of "late" is 60."""
    monkeypatch.setattr(list_views, "keyset_page", partial(keyset_page, size=2))
    client, seen, cursor = client_for("sales"), [], ""
    for _page in range(3):
        rows = client.get("/invoices/", {"view": "all", "sort": sort, "cursor": cursor}).context["rows"]
        seen += [row.number for row in rows.rows]
        cursor, back = rows.page.next_cursor, rows.page.previous_cursor
    assert (seen, cursor) == (expected, "")
    assert numbers(client, "/invoices/", view="all", sort=sort, cursor=back) == expected[2:4]


@pytest.mark.usefixtures("tidy_tables")
@pytest.mark.parametrize(
    ("order", "index"),
    [("-number", "invoice_by_number"), ("open_company", "invoice_by_open"), ("-open_company", "invoice_by_open"),
     ("-settled_on", "invoice_settled")],
)  # fmt: skip
def test_a_page_deep_in_an_order_is_read_from_its_index(order: str, index: str) -> None:
    """The planner may sort so few by hand: it is asked not to."""
    made = Invoice.objects.bulk_create(
        Invoice(
            number=f"N{at}", issued_on=today(), due_on=today(), currency="EUR", amount=1000 + at,
            amount_company=1000 + at,
        )
        for at in range(600)
    )  # fmt: skip
    Payment.objects.bulk_create(
        Payment(invoice=invoice, paid_on=today() + timedelta(days=at % 50), amount=2000)
        for at, invoice in enumerate(made[::2])
    )
    found = with_standing(Invoice.objects.all(), on=today())
    cursor = keyset_page(found, sort=order).next_cursor
    with as_owner(), connection.cursor() as planner:
        planner.execute("SET CONSTRAINTS ALL IMMEDIATE; ANALYZE customers_invoice")
        planner.execute(
            "SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off"
        )
    with CaptureQueriesContext(connection) as asked:
        keyset_page(found, sort=order, cursor=cursor)
    read = [node for node in nodes(asked.captured_queries[0]["sql"]) if "Index Name" in node]
    assert [node["Index Name"] for node in read] == [index]
    assert "ROW(" in read[0]["Index Cond"]


@pytest.mark.parametrize(
    ("path", "view", "query"),
    [
        ("/orders/", list_views, {"number": "A-"}),
        ("/invoices/", list_views, {"state": "open", "sort": "-open"}),
        ("/tasks/", task_views, {"what": "call"}),
    ],
)
def test_what_takes_too_long_is_given_up_with_how_to_ask_for_less(
    path: str, view: object, query: dict[str, str], client_for: ClientFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def endless(*_args: object, **_options: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(60)")

    client = client_for("sales")
    with monkeypatch.context() as patch:
        patch.setattr(view, "keyset_page", endless)
        patch.setattr(waiting, "PATIENCE_S", 0.01)
        page = client.get(path, {"view": "all", **query}).content.decode()
    assert "Add a condition that leaves fewer" in page
    assert client.get(path, {"view": "all", **query}).status_code == 200


@pytest.mark.usefixtures("billed")
def test_a_file_has_what_the_list_shows_in_its_order(client_for: ClientFor) -> None:
    client = client_for("manager")
    columns = "number,due,state,open"
    assert csv(client, "/invoices/export/", view="overdue", sort="-due", columns=columns) == [
        ["number", "due_on", "is_open", "is_overdue", "days_late", "currency", "amount", "paid"],
        ["late", "2026-11-12", "True", "True", "3", "EUR", "100.0000", "40.0000"],
        ["mine", "2026-11-06", "True", "True", "9", "EUR", "100.0000", "0.0000"],
    ]
    entry = AuditEntry.objects.get()
    assert (entry.what, entry.count, entry.details) == ("invoices.export", 2, {"filters": ["state"]})
    header, first, *_rows = csv(client, "/invoices/export/", view="all", sort="due")
    assert (len(header), first[0], first[2]) == (16, "mine", "'=Acme")
    answer = client.get("/invoices/export/?view=all&number=mine&format=xlsx&columns=customer")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="invoices.xlsx"'
    sheet = load_workbook(BytesIO(answer.getvalue()))["Invoices"]
    assert [cell.value for cell in sheet["C"]] == ["customer", "'=Acme"]


@pytest.mark.usefixtures("ordered")
def test_of_more_than_a_file_takes_there_is_none(client_for: ClientFor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(list_export_views, "STREAMED_UP_TO", 3)
    monkeypatch.setattr(list_export_views, "SHEET_UP_TO", 1)
    client = client_for("manager")
    answer = client.get("/orders/export/?view=all&sort=placed", follow=True)
    assert answer.redirect_chain == [("/orders/?view=all&sort=placed", 302)]
    assert "A file takes at most 3 rows" in answer.content.decode()
    sheet = client.get("/orders/export/?view=all&number=A-&format=xlsx", follow=True)
    assert "A spreadsheet takes at most 1 rows" in sheet.content.decode()
    assert not AuditEntry.objects.exists()
    assert [row[0] for row in csv(client, "/orders/export/", view="all", sort="-amount", number="A-")] == [
        "number", "A-2", "A-1",
    ]  # fmt: skip


@pytest.mark.parametrize("path", ["/orders/", "/invoices/", "/tasks/"])
def test_files_are_for_those_who_may_export(client_for: ClientFor, path: str) -> None:
    assert client_for("service").get(f"{path}export/").status_code == 403
    assert f"{path}export/" not in client_for("service").get(path).content.decode()
    assert f"{path}export/?view=" in client_for("sales").get(path).content.decode()
