"""Tiers of customers."""

from datetime import date

import factory
from factory.django import DjangoModelFactory

from customers import models
from tests.factories.customers import CustomerFactory


class TierAssignmentFactory(DjangoModelFactory[models.TierAssignment]):
    class Meta:
        model = models.TierAssignment

    customer = factory.SubFactory(CustomerFactory)


class RetierMarkFactory(DjangoModelFactory[models.RetierMark]):
    class Meta:
        model = models.RetierMark

    customer_id = factory.Sequence(lambda n: n + 1)
    from_day = date(2026, 1, 1)


class RetierClockFactory(DjangoModelFactory[models.RetierClock]):
    class Meta:
        model = models.RetierClock
        django_get_or_create = ("id",)

    id = 1
    day = date(2026, 1, 1)
    rules = "[]"


class TierMarkFactory(DjangoModelFactory[models.TierMark]):
    class Meta:
        model = models.TierMark

    customer_id = factory.Sequence(lambda n: n + 1)
    from_day = date(2026, 1, 1)
