import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from crm.common.company.current import company
from customers.models import Customer, Task
from tests import plans
from tests.conftest import ClientFor
from tests.factories.accounts import TeamFactory, UserFactory
from tests.factories.customers import CustomerFactory
from tests.factories.interactions import InteractionFactory
from tests.factories.notes import VisitFactory
from tests.factories.to_do import TaskFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 15, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def fill(user: User, rows: int) -> None:
    user.team = TeamFactory.create(key="repairs")
    user.save()
    for number in range(rows):
        customer = CustomerFactory.create(name=f"Customer {number}", owner=user, last_contact_at=NOW)
        InteractionFactory.create(customer=customer, occurred_at=NOW)
        VisitFactory.create(user=user, customer__name=f"Seen {number}", at=NOW)
        TaskFactory.create(assignee=user, customer=customer, what=f"Mine {number}")
        TaskFactory.create(assignee=None, team=user.team, what=f"Free {number}")
        InteractionFactory.create(customer=None, contact_value=f"+49{number}")


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize("role", ["sales", "service", "manager"])
def test_my_day_takes_as_many_queries_for_three_of_each_as_for_one(
    role: str, rows: int, client_for: ClientFor, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = client_for(role)
    fill(User.objects.get(email=f"{role}@test.example"), rows)
    company()  # read once in a while, not for this page
    with django_assert_num_queries(7):
        page = client.get("/").content.decode()
    assert [page.count(f">{what} {rows - 1}<") for what in ("Customer", "Seen", "Mine", "Free")] == [2, 1, 1, 1]
    assert f"{rows} contact{'s belong' if rows > 1 else ' belongs'} to no customer yet." in page


def test_a_day_without_anything_says_what_to_do(client_for: ClientFor) -> None:
    page = client_for("sales").get("/").content.decode()
    for words in ("Nothing is due today.", "Nothing new.", "You are in no team", "Whose page you open stands here."):
        assert words in page
    assert "Is the CRM working?" not in page


def test_managers_see_first_whether_it_works_which_is_asked_for_later(client_for: ClientFor) -> None:
    client = client_for("manager")
    fill(User.objects.get(email="manager@test.example"), 5)
    page = client.get("/").content.decode()
    assert 'hx-get="/today/steering/?short"' in page
    assert ("Mine 2" in page, "Mine 3" in page) == (True, False), "the other cards in short"


def test_somebody_without_a_role_is_told_so() -> None:
    client = Client()
    client.force_login(UserFactory.create())
    assert "Your account has no role." in client.get("/").content.decode()


def test_a_card_is_shown_anew_alone_and_without_script_as_a_page(client_for: ClientFor) -> None:
    client = client_for("sales")
    fill(User.objects.get(email="sales@test.example"), 1)
    part = client.get("/today/due/", headers={"HX-Request": "true"}).content.decode()
    assert part.strip().startswith('<section class="card home-card" id="home-due"')
    assert "Mine 0" in part
    page = client.get("/today/due/").content.decode()
    assert ("<h1" in page, "Mine 0" in page) == (True, True)
    assert client.get("/today/steering/").status_code == 404, "not for sales"


def test_a_task_is_done_from_the_start_page_without_script(client_for: ClientFor) -> None:
    client = client_for("service")
    task = TaskFactory.create(assignee=User.objects.get(email="service@test.example"))
    assert f'formaction="/tasks/{task.pk}/done/"' in client.get("/").content.decode()
    answer = client.post(f"/tasks/{task.pk}/done/", {"next": "/"})
    assert answer.headers["Location"] == "/"
    assert Task.objects.get().done_at == NOW


def test_the_number_of_what_is_due_leads_to_those_alone(client_for: ClientFor) -> None:
    client = client_for("sales")
    me = User.objects.get(email="sales@test.example")
    for what, day in (("Late", NOW - timedelta(days=9)), ("Now", NOW), ("Later", NOW + timedelta(days=1))):
        TaskFactory.create(what=what, assignee=me, due_on=day.date(), due_at=day)
    home = client.get("/").content.decode()
    (url,) = re.findall(r'href="([^"]*)"><span class="num">2</span> · Show all', home)
    assert [task.what for task in client.get(url.replace("&amp;", "&")).context["tasks"].rows] == ["Late", "Now"]


def test_contacts_of_nobody_stand_behind_their_number(client_for: ClientFor) -> None:
    client = client_for("service")
    assert "Every contact has its customer" in client.get("/today/unmatched/").content.decode()
    InteractionFactory.create(subject="Not this one")
    called = {"customer": None, "channel": "phone", "purpose": "repair"}
    InteractionFactory.create(**called, contact_value="030 / 91003710", occurred_at=NOW)
    InteractionFactory.create(
        **called, contact_value="anonymous", subject="Withheld", occurred_at=NOW - timedelta(days=1)
    )
    assert '<a href="/today/unmatched/">2 contacts belong to no customer yet.</a>' in client.get("/").content.decode()
    page = client.get("/today/unmatched/").content.decode()
    assert '<a href="/customers/?q=030+%2F+91003710">+49 30 91003710</a>' in page
    assert page.count(">Called about repair<") == 2
    assert page.index("+49 30 91003710") < page.index("Withheld")
    assert "Not this one" not in page
    assert "?q=anonymous" not in page


def test_contacts_of_nobody_are_read_along_their_index_there_and_back(client_for: ClientFor, tidy_tables: None) -> None:
    client = client_for("service")
    InteractionFactory.create_batch(3)
    for hour in range(120):
        called = {"customer": None, "channel": "phone", "contact_value": "anonymous", "subject": f"Withheld {hour}"}
        InteractionFactory.create(**called, occurred_at=NOW - timedelta(hours=hour))
    with connection.cursor() as cursor:
        cursor.execute("SELECT crm_analyse('customers_interaction')")
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off")
    with CaptureQueriesContext(connection) as queries:
        page = client.get("/today/unmatched/").content.decode()
    read = next(query["sql"] for query in queries if "ORDER BY" in query["sql"] and "occurred_at" in query["sql"])
    plan = plans.nodes(read)
    assert "interaction_timeline" in plans.indexes(plan)
    assert "Sort" not in {node["Node Type"] for node in plan}

    def shown(page: str) -> list[int]:
        return [*dict.fromkeys(int(hour) for hour in re.findall(r"Withheld (\d+)", page))]

    pages = [shown(page)]
    while following := re.search(r'href="([^"]*cursor=[^"]*)"[^>]*rel="next"|rel="next"[^>]*href="([^"]*)"', page):
        page = client.get("/today/unmatched/" + (following[1] or following[2]).replace("&amp;", "&")).content.decode()
        pages.append(shown(page))
    assert [hour for each in pages for hour in each] == list(range(120))
    back = re.search(r'href="([^"]*cursor=[^"]*)"[^>]*rel="prev"|rel="prev"[^>]*href="([^"]*)"', page)
    assert back is not None
    before = client.get("/today/unmatched/" + (back[1] or back[2]).replace("&amp;", "&")).content.decode()
    assert shown(before) == pages[-2]


def test_all_of_my_customers_with_news_stand_behind_the_card(client_for: ClientFor) -> None:
    client = client_for("sales")
    fill(User.objects.get(email="sales@test.example"), 3)
    page = client.get("/today/customers/").content.decode()
    assert [page.count(f">Customer {number}<") for number in range(3)] == [1, 1, 1]
    Customer.objects.update(owner=None)
    assert "Nothing new" in client.get("/today/customers/").content.decode()
