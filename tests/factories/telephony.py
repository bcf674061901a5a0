"""Queues and calls."""

from uuid import NAMESPACE_OID, uuid5

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from customers import models
from tests.factories.importing import SourceSystemFactory


class QueueFactory(DjangoModelFactory[models.Queue]):
    class Meta:
        model = models.Queue
        django_get_or_create = ("name",)

    name = factory.Sequence(lambda n: f"queue-{n:05d}")


class CallFactory(DjangoModelFactory[models.Call]):
    class Meta:
        model = models.Call

    system = factory.SubFactory(SourceSystemFactory)
    callid = factory.Sequence(lambda n: f"call-{n:05d}")
    queue = factory.SubFactory(QueueFactory)
    entered_at = factory.LazyFunction(timezone.now)
    outcome = models.Call.Outcome.ANSWERED
    waited_ms = 8_000


class CallEventFactory(DjangoModelFactory[models.CallEvent]):
    class Meta:
        model = models.CallEvent

    system = factory.SubFactory(SourceSystemFactory)
    callid = factory.Sequence(lambda n: f"call-{n:05d}")
    queue = "queue"
    at = factory.LazyFunction(timezone.now)
    agent = "NONE"
    event = "ENTERQUEUE"
    params = factory.LazyFunction(list)
    digest = factory.LazyAttribute(lambda event: uuid5(NAMESPACE_OID, f"{event.callid}{event.event}"))
