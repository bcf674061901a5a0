from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from django.db import connection

from crm.common import jobs
from customers.interactions.listening import points_changed
from customers.interactions.tasks import follow_points
from customers.models import Interaction
from tests.factories.customers import ContactPointFactory, CustomerFactory
from tests.factories.interactions import InteractionFactory

pytestmark = pytest.mark.django_db
OnCommit = Callable[..., AbstractContextManager[list[Callable[[], object]]]]
Sent = list[tuple[Any, ...]]


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Sent:
    """What is handed to the broker."""
    sent: Sent = []
    monkeypatch.setattr(jobs, "_send", lambda *given: sent.append(given))
    return sent


def tell(*changed: tuple[str, str, int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE imp_changed_values (kind text, normalised text, customer_id bigint)")
        cursor.execute("CREATE TEMP TABLE imp_touched (customer_id bigint, link_key text, settles boolean)")
        cursor.executemany("INSERT INTO imp_changed_values VALUES (%s, %s, %s)", changed)
        points_changed(cursor)


def test_contacts_are_matched_at_once_and_once_more_by_a_job(
    sent: Sent, django_capture_on_commit_callbacks: OnCommit
) -> None:
    customer = CustomerFactory.create()
    ContactPointFactory.create(customer=customer, raw="a@b.example")
    InteractionFactory.create(customer=None, contact_normalised="a@b.example", matched_by_value=True)
    with django_capture_on_commit_callbacks(execute=True):
        tell(("email", "a@b.example", customer.pk))
        assert Interaction.objects.get().customer == customer
        assert sent == []  # before the points are committed there is nothing to follow
    assert sent == [(follow_points, {}, 0)]


def test_where_no_value_changed_nobody_is_woken(sent: Sent, django_capture_on_commit_callbacks: OnCommit) -> None:
    InteractionFactory.create(customer=None, contact_normalised="a@b.example", matched_by_value=True)
    with django_capture_on_commit_callbacks(execute=True):
        tell()
    assert sent == []


def test_without_any_contacts_whoever_may_be_bringing_some_is_followed(
    sent: Sent, django_capture_on_commit_callbacks: OnCommit
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        tell(("phone", "4930123456", 1))
    assert sent == [(follow_points, {}, 0)]
