from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.test import RequestFactory

from service.panels import last_survey
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


def test_the_three_newest_answers_each_with_the_best_its_scale_allows(asked: HttpRequest) -> None:
    customer = CustomerFactory.create()
    assert last_survey(asked, customer) == {"answers": []}
    kinds: list[dict[str, Any]] = [
        {"survey": "ces"}, {"survey": "csat"}, {"survey": "nps"}, {"survey": "payment_method", "score": None},
    ]  # fmt: skip
    ces, csat, nps, payment = (
        SurveyAnswerFactory.create(customer=customer, answered_at=AT + timedelta(days=min(place, 2)), **fields)
        for place, fields in enumerate(kinds)
    )
    SurveyAnswerFactory.create(answered_at=AT + timedelta(days=9))

    assert last_survey(asked, customer)["answers"] == [(payment, None), (nps, 10), (csat, 5)]
    payment.delete()
    assert last_survey(asked, customer)["answers"] == [(nps, 10), (csat, 5), (ces, 7)]


def test_who_may_see_no_answers_sees_none(asked: HttpRequest) -> None:
    customer = SurveyAnswerFactory.create().customer
    assert len(last_survey(asked, customer)["answers"]) == 1
    asked.user = AnonymousUser()
    assert last_survey(asked, customer) == {"answers": []}
