"""Answers of customers."""

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from service.models import SurveyAnswer
from tests.factories.customers import CustomerFactory


class SurveyAnswerFactory(DjangoModelFactory[SurveyAnswer]):
    class Meta:
        model = SurveyAnswer

    survey = SurveyAnswer.Survey.CSAT
    customer = factory.SubFactory(CustomerFactory)
    answered_at = factory.LazyFunction(timezone.now)
    score = 4
