"""The kept hygiene."""

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from customers import models
from customers.identity.hygiene.fields import POINTS


class CustomerHygieneFactory(DjangoModelFactory[models.CustomerHygiene]):
    class Meta:
        model = models.CustomerHygiene

    customer_id = factory.Sequence(lambda number: 10**9 + number)
    confirmed = 2026 * 12 + 10
    codes = factory.LazyFunction(lambda: [1001])


class HygieneCountFactory(DjangoModelFactory[models.HygieneCount]):
    class Meta:
        model = models.HygieneCount

    code = factory.Sequence(lambda number: 1001 + number)
    customers = 1


class HygieneMarkFactory(DjangoModelFactory[models.HygieneMark]):
    class Meta:
        model = models.HygieneMark

    customer_id = factory.Sequence(lambda number: 10**9 + number)


class HygieneClockFactory(DjangoModelFactory[models.HygieneClock]):
    class Meta:
        model = models.HygieneClock
        django_get_or_create = ("id",)

    id = 1
    revision = 1


class HygieneDayFactory(DjangoModelFactory[models.HygieneDay]):
    class Meta:
        model = models.HygieneDay

    day = factory.LazyFunction(timezone.localdate)
    team_id = factory.Sequence(lambda number: 10**6 + number)
    customers = 1
    points = factory.LazyFunction(lambda: [1] * len(POINTS))
    clean_points = factory.LazyFunction(lambda: [1] * len(POINTS))
    ages = factory.LazyFunction(lambda: [1, *[0] * (models.HygieneDay.AGES - 1)])
