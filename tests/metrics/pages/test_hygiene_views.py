"""The page of the data hygiene."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from crm.common.days import today
from customers.identity.hygiene.counting import Narrowing, stale_month, tally
from customers.identity.hygiene.fields import FAULTS
from customers.identity.hygiene.following import refresh_hygiene
from customers.models import Customer, HygieneDay
from metrics.engine import known
from metrics.engine.changing_rules import change_rules
from metrics.engine.recomputing import recompute
from metrics.engine.rules import USUAL, in_force
from metrics.engine.series import points
from metrics.kpis import get_kpi
from metrics.pages.hygiene_page import figures, lines, together
from tests.conftest import NOON, ClientFor, UserFor
from tests.factories.accounts import TeamFactory
from tests.factories.customers import CustomerFactory
from tests.factories.importing import SourceRecordFactory, SourceSystemFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]
URL = "/customers/hygiene/"
QUERIES = 9


def worst(user: User, **narrowed: int) -> list[tuple[str, int, int]]:
    narrowing = Narrowing(**narrowed)
    counts = tally(reader=user, narrowing=narrowing).all
    found = lines(counts, in_force(), narrowing)
    return [(line.point.key, line.faulty, line.figure.of) for line in found if line.faulty]


def test_the_score_is_that_of_the_kpi_and_of_the_customers(user_for: UserFor) -> None:
    CustomerFactory.create_batch(2)
    CustomerFactory.create(kind="person", email="n/a")
    refresh_hygiene()
    recompute()
    counts = tally(reader=user_for("sales"), narrowing=Narrowing()).all
    (total,) = points(kpi=get_kpi("hygiene"), first=None, last=None)
    assert together(figures(counts), in_force()).share == total.value == Decimal(44 + 27) / Decimal(94 + 46)


def test_what_costs_most_comes_first(user_for: UserFor) -> None:
    CustomerFactory.create_batch(2)
    CustomerFactory.create(kind="person", email="n/a")
    refresh_hygiene()
    found = worst(user_for("sales"))
    assert found[:4] == [
        ("phone-complete", 3, 3), ("email-complete", 2, 3), ("city-complete", 3, 3), ("tax_id-complete", 2, 2),
    ]  # fmt: skip
    assert ("email-valid", 1, 1) in found


def test_narrowed_to_a_team_a_source_and_ones_own(user_for: UserFor) -> None:
    team, system, user = TeamFactory.create(), SourceSystemFactory.create(), user_for("sales")
    one = CustomerFactory.create(team=team, city="Bonn")
    other = CustomerFactory.create(owner=user)
    SourceRecordFactory.create(customer=other, system=system)
    CustomerFactory.create()
    refresh_hygiene()
    assert ("city-complete", 2, 3) in worst(user)
    assert not [line for line in worst(user, team=team.pk) if line[0].startswith("city")]
    assert ("city-complete", 1, 1) in worst(user, source=system.pk)
    assert ("city-complete", 1, 2) in worst(user, source=0)
    assert ("city-complete", 1, 1) in worst(user, owner=user.pk)
    assert worst(user, team=team.pk, source=system.pk) == []
    assert one.team_id == team.pk


def test_who_may_see_no_customers_sees_no_numbers() -> None:
    CustomerFactory.create()
    refresh_hygiene()
    nobody = User.objects.create(email="nobody@test.example")
    assert worst(nobody) == []


def test_how_long_is_long_is_the_kpis_rule(user_for: UserFor) -> None:
    CustomerFactory.create()
    Customer.objects.update(created_at=NOON.replace(month=5))
    refresh_hygiene()
    assert "customer-fresh" not in {key for key, *_rest in worst(user_for("sales"))}
    change_rules(values={**USUAL, "hygiene_fresh_months": 6}, reason="so", by=None)
    known.refresh()
    assert stale_month() == 2026 * 12 + 4
    assert ("customer-fresh", 1, 1) in worst(user_for("sales", email="b@test.example"))


def test_every_number_leads_to_those_behind_it(client_for: ClientFor) -> None:
    client = client_for("sales")
    team = TeamFactory.create()
    Customer.objects.all().delete()
    CustomerFactory.create_batch(2, team=team)
    CustomerFactory.create(kind="person", email="n/a", birth_date=today() + timedelta(days=9), team=team)
    CustomerFactory.create(name="12345")
    Customer.objects.filter(kind="person").update(created_at=NOON - timedelta(days=800))
    refresh_hygiene()
    user = User.objects.get(email="sales@test.example")
    for narrowed in ({}, {"team": team.pk}, {"team": 0}, {"source": 0}, {"team": 0, "source": 0}):
        narrowing = Narrowing(**narrowed)
        found = lines(tally(reader=user, narrowing=narrowing).all, in_force(), narrowing)
        assert any(line.faulty for line in found)
        for line in found:
            page = client.get(line.list_url)
            assert page.context["listing"].count == line.faulty, line.list_url
    assert {key for key, *_rest in worst(user)} <= set(FAULTS)


def test_the_page_says_it_all(client_for: ClientFor) -> None:
    client = client_for("manager")
    assert "Nobody has been looked at yet" in client.get(URL).content.decode()
    CustomerFactory.create_batch(2, team=TeamFactory.create(name="North"))
    refresh_hygiene()
    HygieneDay.objects.update(day=today() - timedelta(days=1))
    Customer.objects.update(city="Bonn")
    refresh_hygiene()
    recompute()
    text = client.get(URL).content.decode()
    for words in ("Mend these 2 now", "Data hygiene rose from", "North", "Field by field", "By source"):
        assert words in text
    mine = client.get(URL, {"owner": "me"}).content.decode()
    assert "Nobody has been looked at yet" in mine


@pytest.mark.parametrize("query", [{"team": "x"}, {"team": "99999999999999"}, {"source": "-1"}, {"team": "987654"}])
def test_what_is_no_team_or_source_breaks_nothing(client_for: ClientFor, query: dict[str, str]) -> None:
    CustomerFactory.create()
    refresh_hygiene()
    assert client_for("sales").get(URL, query).status_code == 200


def test_it_takes_as_many_queries_of_one_as_of_three(client_for: ClientFor) -> None:
    client = client_for("manager")
    taken = []
    for _round in range(2):
        for _one in range(1 if not taken else 2):
            customer = CustomerFactory.create(team=TeamFactory.create())
            SourceRecordFactory.create(customer=customer)
        refresh_hygiene()
        recompute()
        client.get(URL)
        with CaptureQueriesContext(connection) as queries:
            client.get(URL)
        taken.append(len(queries))
    assert taken[0] == taken[1] <= QUERIES
