from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from urllib.parse import urlencode

import pytest
from django.test import Client
from openpyxl import load_workbook

from accounts import list_export_views
from crm.common.audit.models import AuditEntry
from crm.common.days import today
from tests.conftest import NOON, ClientFor, UserFor
from tests.factories.customers import CustomerFactory
from tests.factories.trade import InvoiceFactory, OrderFactory

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
def test_invoices_are_found_by_how_they_stand(client_for: ClientFor) -> None:
    client, path = client_for("sales"), "/invoices/"
    assert numbers(client, path) == ["soon", "late", "back", "paid", "mine"]
    assert numbers(client, path, view="open") == ["mine", "late", "soon"]
    assert numbers(client, path, view="overdue") == ["mine", "late"]
    assert numbers(client, path, view="mine") == ["mine"]
    assert numbers(client, path, view="all", state="paid") == ["paid"]
    assert numbers(client, path, view="all", state="credit") == ["back"]
    assert numbers(client, path, view="all", state="nonsense") == []
    assert numbers(client, path, sort="amount", view="all") == ["back", "soon", "paid", "late", "mine"]
    not_open = '{"all": [{"field": "state", "op": "is_not", "value": ["open", "paid"]}]}'
    assert numbers(client, path, view="all", where=not_open) == ["back"]


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
