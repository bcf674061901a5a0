from datetime import date, timedelta
from decimal import Decimal

import pytest

from customers.models import Customer, CustomerTag, Follow, Note, Task
from demo import seeding
from demo.days_work import CALLS, fill_desks
from tests.factories.customers import CustomerFactory
from tests.factories.notes import CustomerFiguresFactory
from tests.factories.trade import InvoiceFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]
TODAY = date(2026, 11, 15)


def of(email: str) -> set[tuple[str, date | None]]:
    tasks = Task.objects.filter(assignee__email=email)
    return set(tasks.values_list("what", "due_on"))


def test_people_find_their_customers_and_what_is_to_do() -> None:
    seeding.make_staff()
    for number in range(1, 31):
        CustomerFiguresFactory.create(
            customer=CustomerFactory.create(name=f"C{number}"), profit=Decimal(number), overdue=Decimal(number % 10)
        )
    first = Customer.objects.get(name="C29")
    InvoiceFactory.create(customer=first, number="RE1", due_on=TODAY - timedelta(days=9))
    CustomerFactory.create(name="nobody's")
    fill_desks(today=TODAY)
    owned = [one for one in Customer.objects.select_related("owner") if one.owner]
    assert {one.owner.email for one in owned if one.owner} == {"sales@demo.example", "service@demo.example"}
    assert all(one.owner and one.team_id == one.owner.team_id for one in owned)
    assert len(owned) == 30
    weekly = ("Look through what is left of the week", TODAY)
    wanted = {(what, TODAY + timedelta(days=days)) for what, days, _at, _priority in CALLS} | {weekly}
    assert of("sales@demo.example") == of("service@demo.example") == wanted
    teams = Task.objects.filter(assignee=None)
    assert {task.team_id for task in teams} == {Customer.objects.filter(owner__email="service@demo.example")[0].team_id}
    assert "Call about invoice RE1" in {task.what for task in teams}
    assert (Note.objects.count(), CustomerTag.objects.count(), Follow.objects.count()) == (4, 30 + 12, 2)
    fill_desks(today=TODAY)
    assert Task.objects.count() == 2 * (len(CALLS) + 1) + 5
    assert Note.objects.count() == 4


def test_a_company_without_customers_has_the_weekly_task_alone() -> None:
    seeding.make_staff()
    fill_desks(today=TODAY)
    assert set(Task.objects.values_list("what", flat=True)) == {"Look through what is left of the week"}
