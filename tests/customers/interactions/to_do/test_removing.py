from datetime import timedelta

import pytest

from crm.common.audit.acting import acting
from customers.interactions.to_do.removing import (
    CannotRestore,
    NotTheirs,
    StaysOnRecord,
    delete_task,
    restore_task,
)
from customers.models import Customer, Task
from tests.conftest import NOON, UserFor
from tests.factories.accounts import UserFactory
from tests.factories.to_do import TaskFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]


def test_is_had_back_as_it_was(user_for: UserFor) -> None:
    me = user_for("service")
    task = TaskFactory.create(
        assignee=me, created_by=me, notes="All of it", repeat="weekly", repeat_from=NOON.date(), priority=1
    )
    task.refresh_from_db()
    with acting(user=me.pk):
        delete_task(task=task, by=me, now=NOON)
    assert not Task.objects.exists()
    restore_task(task_id=task.pk, by=me, now=NOON)
    restore_task(task_id=task.pk, by=me, now=NOON)  # pressed twice
    again = Task.objects.get()
    kept = ("pk", "what", "notes", "due_on", "repeat", "repeat_from", "priority", "assignee", "customer", "created_by")
    assert [getattr(again, name) for name in kept] == [getattr(task, name) for name in kept]
    assert again.due_at is not None


def test_by_whose_it_is_who_made_it_or_a_manager(user_for: UserFor) -> None:
    for who in ("assignee", "created_by"):
        me = UserFactory.create()
        delete_task(task=TaskFactory.create(**{who: me}), by=me, now=NOON)
    delete_task(task=TaskFactory.create(), by=user_for("manager"), now=NOON)
    with pytest.raises(NotTheirs):
        delete_task(task=TaskFactory.create(), by=user_for("service"), now=NOON)
    assert Task.objects.count() == 1


def test_what_was_done_stays_on_record(user_for: UserFor) -> None:
    with pytest.raises(StaysOnRecord):
        delete_task(task=TaskFactory.create(done_at=NOON), by=user_for("manager"), now=NOON)


def test_only_ones_own_only_soon_and_only_while_its_customer_is_there(user_for: UserFor) -> None:
    me, task = user_for("manager"), TaskFactory.create()
    customer = task.customer
    with acting(user=me.pk):
        delete_task(task=task, by=me, now=NOON)
    with pytest.raises(CannotRestore):
        restore_task(task_id=task.pk, by=UserFactory.create(), now=NOON)
    with pytest.raises(CannotRestore):
        restore_task(task_id=task.pk, by=me, now=NOON + timedelta(days=9999))
    Customer.objects.filter(pk=customer.pk).delete()
    with pytest.raises(CannotRestore, match="customer"):
        restore_task(task_id=task.pk, by=me, now=NOON)
