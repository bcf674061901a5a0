from datetime import timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from customers.models import Task
from tests.conftest import NOON, ClientFor
from tests.factories.accounts import UserFactory
from tests.factories.customers import CustomerFactory
from tests.factories.to_do import TaskFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]
HTMX = {"HX-Request": "true"}


def test_stands_on_the_customers_page_and_shows_itself_anew(client_for: ClientFor) -> None:
    customer, client = CustomerFactory.create(), client_for("service")
    assert "Nothing to do." in client.get(f"/customers/{customer.pk}/").content.decode()
    TaskFactory.create(customer=customer, what="Late", due_at=NOON - timedelta(days=1))
    TaskFactory.create(customer=customer, what="Put off", snoozed_until=NOON + timedelta(days=1))
    TaskFactory.create(customer=customer, what="Done", done_at=NOON)
    TaskFactory.create(what="Another's")
    page = client.get(f"/customers/{customer.pk}/tasks/", headers=HTMX).content.decode()
    assert page.index("Late") < page.index("Put off")
    assert "overdue" in page
    assert ">Done</a>" not in page
    assert "Another" not in page
    assert f'hx-get="/customers/{customer.pk}/tasks/"' in page


def test_leads_to_the_list_without_script(client_for: ClientFor) -> None:
    customer = CustomerFactory.create()
    answer = client_for("service").get(f"/customers/{customer.pk}/tasks/")
    assert answer.headers["Location"] == f"/tasks/?view=open&customer={customer.pk}"


@pytest.mark.parametrize("rows", [1, 6, 9])
def test_as_many_queries_however_many(
    client_for: ClientFor, django_assert_num_queries: DjangoAssertNumQueries, rows: int
) -> None:
    customer, client = CustomerFactory.create(), client_for("service")
    for _row in range(rows):
        TaskFactory.create(customer=customer, assignee=UserFactory.create())
    with django_assert_num_queries(4):
        page = client.get(f"/customers/{customer.pk}/tasks/", headers=HTMX).content.decode()
    assert page.count("<li") == min(rows, 6)
    assert ("All tasks" in page) is (rows > 6)
    assert Task.objects.count() == rows
