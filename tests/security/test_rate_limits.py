"""How often one user may search, export and upload."""

from datetime import timedelta

import pytest
from django.conf import settings as product
from django.core.files.uploadedfile import SimpleUploadedFile
from pytest_django import Settings

from crm.common.cache import Rest
from crm.common.limits.rates import Rate
from tests.conftest import ClientFor
from tests.factories.customers import CustomerFactory
from tests.factories.importing import ImportBatchFactory

pytestmark = pytest.mark.django_db
EXPORTS = [
    "/customers/export/", "/scorecard/export/", "/kpis/csat/series.csv", "/imports/{batch}/rejects.csv",
    "/orders/export/", "/invoices/export/", "/tasks/export/",
]  # fmt: skip


@pytest.fixture
def one_in_ten_minutes(settings: Settings) -> None:
    settings.CRM_LIMITS = dict.fromkeys(("search", "export", "upload"), Rate.parse("1/10m"))


def test_the_product_begins_with_sane_numbers() -> None:
    minute = timedelta(minutes=1)
    assert {
        "search": Rate(uses=120, window=minute),
        "export": Rate(uses=20, window=10 * minute),
        "upload": Rate(uses=30, window=10 * minute),
        "api": Rate(uses=6000, window=minute),
    } == product.CRM_LIMITS


@pytest.mark.usefixtures("one_in_ten_minutes")
@pytest.mark.parametrize("url", EXPORTS)
def test_exports_are_counted(client_for: ClientFor, url: str) -> None:
    client, place = client_for("manager"), url.format(batch=ImportBatchFactory.create(state="done").pk)
    assert client.get(place).status_code == 200
    refused = client.get(place)
    assert refused.status_code == 429
    assert "at most 1 in 10 minutes. Try again in 10 minutes." in refused.content.decode()
    assert 590 <= int(refused.headers["Retry-After"]) <= 600


@pytest.mark.usefixtures("one_in_ten_minutes")
def test_all_exports_of_a_user_count_together(client_for: ClientFor) -> None:
    client = client_for("manager")
    assert [client.get(url).status_code for url in EXPORTS[:3]] == [200, 429, 429]
    assert client_for("administrator").get(EXPORTS[0]).status_code == 200


@pytest.mark.usefixtures("one_in_ten_minutes")
def test_searching_is_counted_and_looking_at_the_list_is_not(client_for: ClientFor) -> None:
    client = client_for("sales")
    assert [client.get("/customers/").status_code for _ in range(3)] == [200] * 3
    assert [client.get("/customers/?q=acme").status_code for _ in range(2)] == [200, 429]
    assert client.get("/customers/").status_code == 200


@pytest.mark.usefixtures("one_in_ten_minutes")
def test_customers_searched_for_a_filter_are_counted_too(client_for: ClientFor) -> None:
    client, offered = client_for("sales"), "/me/lists/trade.order_list/options/?line=0&f0=customer"
    assert [client.get(offered).status_code for _ in range(2)] == [200, 200]
    assert [client.get(f"{offered}&s0=acme").status_code for _ in range(2)] == [200, 429]


@pytest.mark.usefixtures("one_in_ten_minutes")
def test_beginning_an_export_is_counted_and_asking_for_it_is_not(client_for: ClientFor) -> None:
    client, asked = client_for("sales"), {"action": "export", "ids": CustomerFactory.create().pk, "format": "csv"}
    assert [client.post("/customers/bulk/", asked).status_code for _ in range(2)] == [200, 200]
    assert [client.post("/customers/bulk/", {**asked, "confirmed": "1"}).status_code for _ in range(2)] == [302, 429]


@pytest.mark.usefixtures("one_in_ten_minutes")
def test_counting_what_a_list_shows_is_a_search(client_for: ClientFor) -> None:
    client, asked = client_for("sales"), {"action": "assign_owner", "query": "q=acme"}
    assert [client.post("/customers/bulk/", asked).status_code for _ in range(2)] == [200, 429]


@pytest.mark.usefixtures("one_in_ten_minutes")
def test_uploads_are_counted_and_opening_the_form_is_not(client_for: ClientFor) -> None:
    client = client_for("manager")
    assert [client.get("/imports/new/").status_code for _ in range(3)] == [200] * 3
    form = {"source": "shop", "kind": "customers"}
    answers = [client.post("/imports/new/", form | {"file": SimpleUploadedFile("c.csv", b"")}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [422, 429]


@pytest.mark.usefixtures("one_in_ten_minutes")
def test_who_may_not_is_told_so_and_not_counted(client_for: ClientFor) -> None:
    client = client_for("service")
    assert [client.get("/customers/export/").status_code for _ in range(3)] == [403] * 3


@pytest.mark.usefixtures("one_in_ten_minutes")
def test_it_holds_while_redis_is_down(client_for: ClientFor) -> None:
    client = client_for("manager")
    Rest.begin()
    try:
        assert [client.get("/customers/export/").status_code for _ in range(2)] == [200, 429]
    finally:
        Rest.end()
