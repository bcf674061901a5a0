from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.test import RequestFactory

from customers.models import Customer
from service.panels import answers_read, last_survey
from tests.conftest import UserFor
from tests.factories.customers import CustomerFactory
from tests.factories.service import SurveyAnswerFactory

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def asked(user_for: UserFor) -> HttpRequest:
    request = RequestFactory().get("/")
    request.user = user_for("sales")
    return request


def told(asked: HttpRequest, customer: Customer) -> dict[str, Any]:
    read = Customer.objects.annotate(**answers_read(asked.user)).get(pk=customer.pk)
    return last_survey(asked, read)


def test_the_three_newest_answers_each_with_the_best_its_scale_allows(asked: HttpRequest) -> None:
    customer = CustomerFactory.create()
    assert told(asked, customer) == {"answers": []}
    kinds: list[dict[str, Any]] = [
        {"survey": "ces"}, {"survey": "csat"}, {"survey": "nps"}, {"survey": "payment_method", "score": None},
    ]  # fmt: skip
    ces, csat, nps, payment = (
        SurveyAnswerFactory.create(customer=customer, answered_at=AT + timedelta(days=min(place, 2)), **fields)
        for place, fields in enumerate(kinds)
    )
    SurveyAnswerFactory.create(answered_at=AT + timedelta(days=9))

    shown = told(asked, customer)["answers"]
    assert shown == [(payment, None), (nps, 10), (csat, 5)]
    assert (shown[1][0].score, shown[1][0].answered_at) == (4, AT + timedelta(days=2))
    payment.delete()
    assert told(asked, customer)["answers"] == [(nps, 10), (csat, 5), (ces, 7)]


def test_who_may_see_no_answers_sees_none(asked: HttpRequest) -> None:
    customer = SurveyAnswerFactory.create().customer
    assert len(told(asked, customer)["answers"]) == 1
    asked.user = AnonymousUser()
    assert told(asked, customer) == {"answers": []}
