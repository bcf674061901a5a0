"""The log, and the words it uses."""

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from crm.common.kinds import Channel
from customers import models
from tests.factories.customers import CustomerFactory


class InteractionFactory(DjangoModelFactory[models.Interaction]):
    class Meta:
        model = models.Interaction

    customer = factory.SubFactory(CustomerFactory)
    channel = Channel.PHONE
    purpose = "question"
    subject = factory.Sequence(lambda n: f"Question {n:05d}")
    occurred_at = factory.LazyFunction(timezone.now)


class PurposeFactory(DjangoModelFactory[models.Purpose]):
    class Meta:
        model = models.Purpose

    key = factory.Sequence(lambda n: f"purpose-{n:05d}")
    name = factory.Sequence(lambda n: f"Purpose {n:05d}")


class OutcomeFactory(DjangoModelFactory[models.Outcome]):
    class Meta:
        model = models.Outcome

    key = factory.Sequence(lambda n: f"outcome-{n:05d}")
    name = factory.Sequence(lambda n: f"Outcome {n:05d}")
