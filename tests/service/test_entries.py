"""A customer's answers in the timeline: the newest first, page by page."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from customers.models import Customer
from service.models import SurveyAnswer
from tests.conftest import UserFor
from tests.customers.timelines import told
from tests.factories.accounts import UserFactory
from tests.factories.customers import CustomerFactory
from tests.factories.service import SurveyAnswerFactory

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def customer() -> Customer:
    made: Customer = CustomerFactory.create()
    return made


@pytest.fixture
def reader(user_for: UserFor) -> User:
    return user_for("service")


def answer(customer: Customer, **fields: Any) -> SurveyAnswer:
    made: SurveyAnswer = SurveyAnswerFactory.create(**{"customer": customer, "answered_at": AT, **fields})
    return made


@pytest.mark.parametrize(
    ("fields", "title"),
    [
        ({"survey": "csat", "score": 1}, "satisfaction, 1 of 5"),
        ({"survey": "nps", "score": 0}, "recommendation, 0 of 10"),
        ({"survey": "ces", "score": 7}, "effort, 7 of 7"),
        ({"survey": "payment_method", "score": None, "choice": "card"}, "preferred payment, card"),
    ],
)
def test_an_answer_is_told_on_its_scale(customer: Customer, reader: User, fields: dict[str, Any], title: str) -> None:
    row = answer(customer, **fields, comment="Quick", channel="self_service")
    (entry,) = told(customer, reader)

    assert (entry.at, entry.pk, entry.icon) == (AT, row.pk, "star")
    assert (entry.title, entry.text, entry.channel) == (f"Survey answer: {title}", "Quick", "self-service")


def test_what_was_not_said_is_empty(customer: Customer, reader: User) -> None:
    assert told(customer, reader) == []
    answer(customer)
    assert [(entry.text, entry.channel) for entry in told(customer, reader)] == [("", "")]


def test_the_newest_come_first_in_one_query(
    customer: Customer, reader: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    first, second, third = (answer(customer, answered_at=AT + timedelta(days=day)).pk for day in (0, 1, 1))
    answer(CustomerFactory.create())
    reader.has_perm("service.view_surveyanswer")  # which asks for the permissions once
    with django_assert_num_queries(1):
        assert [entry.pk for entry in told(customer, reader)] == [third, second, first]


def test_they_are_found_by_what_was_said(customer: Customer, reader: User) -> None:
    answer(customer, comment="Very quick")
    answer(customer, survey="payment_method", score=None, choice="card")
    assert [entry.text for entry in told(customer, reader, text="QUICK")] == ["Very quick"]
    assert [entry.title for entry in told(customer, reader, text="card")] == ["Survey answer: preferred payment, card"]


def test_who_may_see_no_answers_sees_none(customer: Customer) -> None:
    answer(customer)
    assert told(customer, UserFactory.create()) == []
