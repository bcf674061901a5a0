from collections import Counter
from datetime import date

import pytest

from customers.models import Task
from demo import sign_ins
from demo.seeding import make_staff
from demo.to_do import TASKS, give_tasks
from tests.factories.customers import CustomerFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]
TODAY = date(2026, 11, 15)


@pytest.mark.parametrize("customers", [0, 7])
def test_everybody_who_signs_in_has_something_to_do_once(customers: int) -> None:
    make_staff()
    CustomerFactory.create_batch(customers)
    assert give_tasks(today=TODAY) == len(TASKS)
    assert give_tasks(today=TODAY) == 0
    whose = Counter(Task.objects.filter(assignee__isnull=False).values_list("assignee__email", flat=True))
    assert whose == {sign_ins.USERS["sales"]: 4, sign_ins.USERS["service"]: 3, sign_ins.USERS["manager"]: 2}
    assert set(Task.objects.filter(assignee=None).values_list("team__key", flat=True)) == {"sales", "service"}
    assert Task.objects.filter(due_on__lt=TODAY).count() == 2
