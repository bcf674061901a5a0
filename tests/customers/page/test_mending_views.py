"""Customers with one fault are mended one after another."""

import html
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from customers.identity.hygiene.following import refresh_hygiene
from customers.models import Customer, CustomerHygiene
from tests.conftest import ClientFor
from tests.factories.accounts import TeamFactory
from tests.factories.customers import CustomerFactory
from tests.forms import as_shown

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]
URL = "/customers/hygiene/mend/city-complete/"


@pytest.fixture
def three() -> list[Customer]:
    made = CustomerFactory.create_batch(3)
    CustomerFactory.create(city="Bonn")
    refresh_hygiene()
    return made


def save(client: Client, url: str, **fields: str) -> str:
    shown = as_shown(client.get(url), with_field=next(iter(fields)))
    return client.post(url, {**shown, **fields}).headers["Location"]


def test_one_leads_to_the_next_and_the_last_to_the_end(client_for: ClientFor, three: list[Customer]) -> None:
    client = client_for("sales")
    at = client.get(URL).headers["Location"]
    for place, customer in enumerate(three):
        assert at == f"{URL}{customer.pk}/"
        page = client.get(at)
        assert page.context["left"] == 3 - place
        assert "autofocus" in page.content.decode()
        after = save(client, at, city="Rome")
        assert after == f"{URL}?after={customer.pk}"
        answer = client.get(after)
        at = answer.headers.get("Location", "")
    assert "Nothing to mend" in answer.content.decode()
    assert {customer.city for customer in Customer.objects.all()} == {"Rome", "Bonn"}
    assert not CustomerHygiene.objects.filter(codes__contains=[61]).exists()


def test_who_is_skipped_stays_and_one_goes_back(client_for: ClientFor, three: list[Customer]) -> None:
    client = client_for("sales")
    one, two, three_ = (customer.pk for customer in three)
    assert client.get(URL, {"after": one}).headers["Location"] == f"{URL}{two}/"
    assert client.get(URL, {"before": three_}).headers["Location"] == f"{URL}{two}/"
    end = client.get(URL, {"after": three_})
    assert (end.status_code, end.context["left"]) == (200, 3)
    assert "That was the last one" in end.content.decode()


def test_what_is_no_value_is_shown_again_beside_what_is_wrong(client_for: ClientFor, three: list[Customer]) -> None:
    client, url = client_for("sales"), f"/customers/hygiene/mend/email-complete/{three[0].pk}/"
    answer = client.post(url, {**as_shown(client.get(url), with_field="email"), "email": "nonsense"})
    assert answer.status_code == 422
    assert "Enter an e-mail address" in answer.content.decode()


def test_within_a_team_and_among_ones_own(client_for: ClientFor, three: list[Customer]) -> None:
    client = client_for("sales")
    team = TeamFactory.create()
    Customer.objects.filter(pk=three[1].pk).update(team=team)
    Customer.objects.filter(pk=three[2].pk).update(owner=User.objects.get(email="sales@test.example"))
    refresh_hygiene()
    for query, customer in (({"team": team.pk}, three[1]), ({"owner": "me"}, three[2])):
        said = "&".join(f"{key}={value}" for key, value in query.items())
        at = client.get(URL, query).headers["Location"]
        assert at == f"{URL}{customer.pk}/?{said}"
        assert client.get(at).context["left"] == 1
        assert save(client, at, region="Lazio") == f"{URL}?{said}&after={customer.pk}"


@pytest.mark.parametrize("fault", ["customer-unique", "customer-fresh"])
def test_what_no_field_mends_says_what_does(client_for: ClientFor, fault: str) -> None:
    customer = CustomerFactory.create()
    text = client_for("manager").get(f"/customers/hygiene/mend/{fault}/{customer.pk}/").content.decode()
    assert ("Compare and merge" if fault == "customer-unique" else "Log a contact") in text


def test_there_is_no_such_fault(client_for: ClientFor) -> None:
    assert client_for("sales").get("/customers/hygiene/mend/nose-complete/").status_code == 404


def test_the_way_on_costs_the_same_of_one_as_of_three(client_for: ClientFor) -> None:
    client, taken = client_for("sales"), []
    for count in (1, 2):
        CustomerFactory.create_batch(count)
        refresh_hygiene()
        client.get(URL)
        with CaptureQueriesContext(connection) as queries:
            client.get(client.get(URL).headers["Location"])
        taken.append(len(queries))
    assert taken[0] == taken[1]


def test_where_nobody_of_them_is_left_no_block_is_read(client_for: ClientFor, three: list[Customer]) -> None:
    client, last = client_for("sales"), three[-1].pk
    team = TeamFactory.create()
    Customer.objects.filter(pk=three[0].pk).update(team=team, city="Bonn")
    refresh_hygiene()
    for query in ({"team": team.pk}, {"team": team.pk, "before": last}, {"owner": "me"}):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(URL, query).context["left"] == 0
        assert not [one for one in queries if "customers_customerhygiene" in one["sql"]]


def test_those_of_no_team_are_the_same_as_a_list(client_for: ClientFor, three: list[Customer]) -> None:
    client = client_for("sales")
    Customer.objects.filter(pk=three[0].pk).update(team=TeamFactory.create())
    refresh_hygiene()
    page = client.get(URL, {"team": 0}, follow=True)
    (link,) = re.findall(r'href="(/customers/\?hygiene=[^"]*)"', page.content.decode())
    assert page.context["left"] == client.get(html.unescape(link)).context["listing"].count == 2
