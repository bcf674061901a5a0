"""Requests of people, and what erased ones are known by."""

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from customers import models
from tests.factories.customers import CustomerFactory


class PrivacyRequestFactory(DjangoModelFactory[models.PrivacyRequest]):
    """An erase that waits to be confirmed."""

    class Meta:
        model = models.PrivacyRequest

    what = "erase"
    customer_id = factory.LazyFunction(lambda: CustomerFactory.create(kind="person").pk)
    asked_at = factory.LazyFunction(timezone.now)


class SuppressedKeyFactory(DjangoModelFactory[models.SuppressedKey]):
    class Meta:
        model = models.SuppressedKey

    request = factory.SubFactory(PrivacyRequestFactory, state="done")
    digest = factory.Sequence(lambda n: f"{n:064x}")
