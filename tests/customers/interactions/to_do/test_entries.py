from datetime import UTC, datetime, timedelta

import pytest

from tests.conftest import UserFor
from tests.customers.timelines import told
from tests.factories.accounts import UserFactory
from tests.factories.customers import CustomerFactory
from tests.factories.to_do import TaskFactory

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_what_was_done_is_told_the_newest_first(user_for: UserFor) -> None:
    customer, ada = CustomerFactory.create(), UserFactory.create(name="Ada")
    TaskFactory.create(customer=customer, what="Call", notes="Asked twice", done_at=AT, done_by=ada)
    TaskFactory.create(customer=customer, what="Offer", done_at=AT + timedelta(days=1), done_by=None)
    TaskFactory.create(customer=customer, what="Open")
    entries = told(customer, user_for("service"))
    assert [(entry.title, entry.notes) for entry in entries] == [
        ("Task done: Offer", ()), ("Task done: Call", ("by Ada",)),
    ]  # fmt: skip
    assert [entry.text for entry in told(customer, user_for("service"), text="TWICE")] == ["Asked twice"]
    assert len(told(customer, user_for("service"), kind="tasks")) == 2


def test_who_may_see_no_tasks_sees_none() -> None:
    customer = CustomerFactory.create()
    TaskFactory.create(customer=customer, done_at=AT)
    assert told(customer, UserFactory.create()) == []
