"""What the API gives back: the columns of the export, a page at a time."""

from datetime import timedelta

import pytest
import time_machine

from customers.identity.merging.absorbing import merge_customers
from customers.models import Customer
from tests.conftest import NOON
from tests.customers.importing.api.asking import Asking

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]


def test_one_record_has_the_columns_of_the_export() -> None:
    shop = Asking()
    shop.put("customers", "7", name="Ada", city="Ulm", birth_date="1999-12-10")

    status, found = shop.get("customers/shop/7")

    assert status == 200
    customer = Customer.objects.get()
    assert {name: value for name, value in found.items() if value} == {
        "source": "shop", "external_id": "7", "name": "Ada", "city": "Ulm", "birth_date": "1999-12-10",
        "customer_id": customer.pk, "tier": found["tier"], "revenue_12m": "0", "profit_12m": "0",
    }  # fmt: skip
    assert list(found)[:3] == ["source", "external_id", "kind"]


def test_an_order_comes_with_its_lines_and_names_its_customer_as_its_source_does() -> None:
    shop = Asking()
    shop.put("customers", "7", name="Ada")
    line = {"product_code": "P1", "quantity": 1, "unit_price": "2.50"}
    shop.put("orders", "o1", customer_external_id="7", placed_at="2026-11-02", lines=[line, {**line, "quantity": 2}])
    found = shop.get("orders/shop/o1")[1]
    assert (found["customer_external_id"], found["placed_at"]) == ("7", "2026-11-02T00:00:00+00:00")
    assert [(one["product_code"], one["quantity"], one["unit_price"]) for one in found["lines"]] == [
        ("P1", "1", "2.5"), ("P1", "2", "2.5"),
    ]  # fmt: skip


def test_pages_go_on_behind_the_last_id_and_end() -> None:
    shop = Asking()
    shop.batch("customers", *({"external_id": str(number), "name": f"N{number}"} for number in range(5)))
    Asking("crm").put("customers", "0", name="Of another")

    pages, cursor = [], ""
    while cursor is not None:
        page = shop.get("customers", limit=2, **({"cursor": cursor} if cursor else {}))[1]
        pages.append([one["external_id"] for one in page["items"]])
        cursor = page["next"]

    assert pages == [["0", "1"], ["2", "3"], ["4"]]


def test_a_text_finds_the_customers_of_the_source_the_best_first() -> None:
    shop, books = Asking(), Asking("books")
    shop.batch(
        "customers",
        {"external_id": "1", "name": "Old Acme Works"}, {"external_id": "2", "name": "Acme Corp."},
        {"external_id": "3", "name": "Zenith", "phone": "+49 30 1234567"}, {"external_id": "4", "name": "华星贸易"},
    )  # fmt: skip
    books.put("customers", "9", name="Acme of another source")

    def found(text: str, **more: int) -> list[str]:
        status, page = shop.get("customers", q=text, **more)
        assert (status, page["next"]) == (200, None)
        return [one["external_id"] for one in page["items"]]

    assert found("acme") == ["2", "1"]
    assert found("acme", limit=1) == ["2"]
    assert (found("030 1234567"), found("huaxing"), found("acme works old"), found("nobody")) == (
        ["3"],
        ["4"],
        ["1"],
        [],
    )
    assert shop.get("customers", q="acme")[1]["items"][0]["name"] == "Acme Corp."


def test_a_search_that_cannot_be_done_says_why() -> None:
    shop = Asking()
    for asked in ({"q": "x"}, {"q": "acme", "cursor": "MQ"}, {"q": "a" * 201}):
        status, found = shop.get("customers", **asked)
        assert (status, found["errors"][0]["field"]) == (422, "q")
    assert "2 letters" in shop.get("customers", q="x")[1]["errors"][0]["message"]


def test_only_what_changed_since() -> None:
    shop = Asking()
    for hours, name in ((0, "A"), (2, "B")):
        with time_machine.travel(NOON + timedelta(hours=hours)):
            shop.put("customers", name, name=name)
    found = shop.get("customers", updated_since="2000-01-01T00:00:00Z", limit=1)[1]
    assert [one["external_id"] for one in found["items"]] == ["A"]
    assert found["next"]
    found = shop.get("customers", updated_since="2000-01-01T00:00:00Z", cursor=found["next"])[1]
    assert ([one["external_id"] for one in found["items"]], found["next"]) == (["B"], None)
    assert shop.get("customers", updated_since="2999-01-01T00:00:00Z")[1] == {"items": [], "next": None}


def test_of_an_absorbed_customer_it_tells_who_survives() -> None:
    shop = Asking()
    for number in ("1", "2"):
        shop.put("customers", number, name=f"N{number}")
    first, second = Customer.objects.order_by("pk")
    merge_customers(survivor=first, absorbed=second, by=None, now=NOON)
    found = [shop.get(f"customers/shop/{number}")[1] for number in ("1", "2")]
    assert [(one["external_id"], one["customer_id"]) for one in found] == [("1", first.pk), ("2", first.pk)]


@pytest.mark.parametrize("cursor", ["%", "AA", "////"])
def test_a_cursor_that_is_none_is_refused(cursor: str) -> None:
    status, found = Asking().get("customers", cursor=cursor)
    assert (status, [error["field"] for error in found["errors"]]) == (400, ["cursor"])
