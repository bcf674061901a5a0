from datetime import UTC, date, datetime, time

import pytest

from accounts.models import Notice
from crm.common.company import current as company
from customers.interactions.to_do.adding import RepeatsFromNoDay, add_task
from customers.interactions.to_do.due import Due, OutOfReach
from customers.models import Task
from tests.conftest import NOON
from tests.factories.accounts import UserFactory
from tests.factories.customers import CustomerFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]


def test_is_due_on_the_companys_clock() -> None:
    me = UserFactory.create()
    with company.assumed(time_zone="Asia/Shanghai"):
        task = add_task(what=" Call back ", by=me, now=NOON, due=Due(date(2026, 11, 20), time(9)), assignee=me)
    task.refresh_from_db()
    assert (task.what, task.due_at) == ("Call back", datetime(2026, 11, 20, 1, tzinfo=UTC))
    assert (task.created_by, task.assignee, task.repeat_from) == (me, me, None)
    assert not Notice.objects.exists()  # one need not be told what one gave oneself


def test_whose_it_is_are_told_once() -> None:
    me, colleague = UserFactory.create(name="Ada"), UserFactory.create()
    customer = CustomerFactory.create()
    task = add_task(
        what="Offer",
        by=me,
        now=NOON,
        due=Due(date(2026, 11, 20)),
        assignee=colleague,
        customer=customer,
        repeat="weekly",
    )
    notice = Notice.objects.get()
    assert (notice.user, notice.kind, notice.url) == (colleague, "task_assigned", f"/tasks/{task.pk}/")
    assert notice.data == {"what": "Offer", "by": "Ada", "due_on": "2026-11-20", "due_time": ""}
    assert (notice.customer_id, task.repeat_from) == (customer.pk, date(2026, 11, 20))


def test_what_makes_no_sense_is_refused() -> None:
    me = UserFactory.create()
    with pytest.raises(RepeatsFromNoDay):
        add_task(what="x", by=me, now=NOON, repeat="daily")
    with pytest.raises(OutOfReach):
        add_task(what="x", by=me, now=NOON, due=Due(date(2600, 1, 1)))
    assert not Task.objects.exists()
