"""Customers, with whom one speaks there, and how to reach them."""

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from customers import models


class CustomerFactory(DjangoModelFactory[models.Customer]):
    class Meta:
        model = models.Customer

    kind = models.Customer.Kind.ORGANIZATION
    name = factory.Sequence(lambda n: f"Customer {n:04d}")
    country = "DE"


class ContactFactory(DjangoModelFactory[models.Contact]):
    class Meta:
        model = models.Contact

    customer = factory.SubFactory(CustomerFactory)
    name = factory.Sequence(lambda n: f"Contact {n:05d}")


class ContactPointFactory(DjangoModelFactory[models.ContactPoint]):
    class Meta:
        model = models.ContactPoint

    customer = factory.SubFactory(CustomerFactory)
    kind = models.ContactPoint.Kind.EMAIL
    raw = factory.Sequence(lambda n: f"someone{n:05d}@customer.example")
    normalised = factory.LazyAttribute(
        lambda point: "".join(c for c in point.raw if c.isdigit()) if point.kind == "phone" else point.raw.lower()
    )


class PointMarkFactory(DjangoModelFactory[models.PointMark]):
    class Meta:
        model = models.PointMark

    kind = "phone"
    normalised = factory.Sequence(lambda number: f"4930{number}")
    customer_id = 1


class CustomerSpellingFactory(DjangoModelFactory[models.CustomerSpelling]):
    class Meta:
        model = models.CustomerSpelling

    customer_id = factory.Sequence(lambda number: 10**9 + number)
    spelt = " ZhangSan zzss"


class ContactSpellingFactory(DjangoModelFactory[models.ContactSpelling]):
    class Meta:
        model = models.ContactSpelling

    contact_id = factory.Sequence(lambda number: 10**9 + number)
    spelt = " LiSi llss"


class MergeFactory(DjangoModelFactory[models.Merge]):
    class Meta:
        model = models.Merge

    survivor_id = 1
    root_id = factory.SelfAttribute("survivor_id")
    absorbed_id = factory.Sequence(lambda number: 10**9 + number)
    name = factory.Sequence(lambda number: f"Absorbed {number:04d}")
    at = factory.LazyFunction(timezone.now)


class MergedRowFactory(DjangoModelFactory[models.MergedRow]):
    class Meta:
        model = models.MergedRow

    merge = factory.SubFactory(MergeFactory)
    relation = "customers_order"
    row_id = factory.Sequence(lambda number: 10**9 + number)
