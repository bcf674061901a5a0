"""Tasks, and the addresses under which calendars read them."""

from datetime import timedelta

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from customers import models
from tests.factories.accounts import UserFactory
from tests.factories.customers import CustomerFactory


class TaskFactory(DjangoModelFactory[models.Task]):
    class Meta:
        model = models.Task

    what = factory.Sequence(lambda n: f"Call back {n:05d}")
    due_on = factory.LazyFunction(timezone.localdate)
    due_at = factory.LazyFunction(lambda: timezone.now() + timedelta(hours=1))
    assignee = factory.SubFactory(UserFactory)
    customer = factory.SubFactory(CustomerFactory)


class CalendarFeedFactory(DjangoModelFactory[models.CalendarFeed]):
    class Meta:
        model = models.CalendarFeed

    user = factory.SubFactory(UserFactory)
    token_hash = factory.Sequence(lambda n: f"{n:064x}")
    made_at = factory.LazyFunction(timezone.now)
