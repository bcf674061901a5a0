from datetime import timedelta
from decimal import Decimal

import pytest

from customers.page.repair_views import SHOWN
from tests.conftest import NOON, ClientFor
from tests.factories.customers import CustomerFactory
from tests.factories.trade import ProductFactory, RepairFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]


def test_what_was_mended_and_what_is_still_open(client_for: ClientFor) -> None:
    customer = CustomerFactory.create()
    RepairFactory.create(
        customer=customer, number="R1", product=ProductFactory.create(name="Kettle"), description="Leaks <b>",
        opened_at=NOON - timedelta(days=9), closed_at=NOON - timedelta(days=8), cost=Decimal("45.5"),
        under_warranty=True,
    )  # fmt: skip
    RepairFactory.create(customer=customer, number="R2", opened_at=NOON - timedelta(days=2))
    RepairFactory.create(number="R3")
    answer = client_for("service").get(f"/customers/{customer.pk}/repairs/")
    assert [repair.number for repair in answer.context["repairs"].rows] == ["R2", "R1"]
    page = answer.content.decode()
    for words in ("Kettle", "Leaks &lt;b&gt;", "€45.50", "took 1 day", "2 · 1 open · 1 under warranty"):
        assert words in " ".join(page.split())


def test_without_any_the_tab_says_so_and_the_overview_has_no_card(client_for: ClientFor) -> None:
    customer, client = CustomerFactory.create(), client_for("sales")
    assert "No repairs." in client.get(f"/customers/{customer.pk}/repairs/").content.decode()
    titles = [title for title, _body in client.get(f"/customers/{customer.pk}/").context["panels"]]
    assert "Repairs" not in titles


def test_the_overview_counts_them(client_for: ClientFor) -> None:
    customer = CustomerFactory.create()
    RepairFactory.create(customer=customer, opened_at=NOON - timedelta(days=1), closed_at=NOON, cost=Decimal(3))
    RepairFactory.create(customer=customer, under_warranty=True)
    panels = dict(client_for("sales").get(f"/customers/{customer.pk}/").context["panels"])
    said = " ".join(panels["Repairs"].split())
    for words in (f'href="/customers/{customer.pk}/repairs/">2</a>', "1 open", "<dd>1</dd>", "€3.00"):
        assert words in said


def test_older_ones_stand_a_page_further_on_and_it_is_sorted_by_number(client_for: ClientFor) -> None:
    customer, client = CustomerFactory.create(), client_for("sales")
    for days in range(SHOWN + 1):
        RepairFactory.create(customer=customer, number=f"R{days:02}", opened_at=NOON - timedelta(days=days))
    url = f"/customers/{customer.pk}/repairs/"
    first = client.get(url).context["repairs"]
    (last,) = client.get(url, {"cursor": first.page.next_cursor}).context["repairs"].rows
    assert (len(first.rows), last.number) == (SHOWN, f"R{SHOWN}")
    assert client.get(url, {"sort": "-number"}).context["repairs"].rows[0].number == f"R{SHOWN}"
