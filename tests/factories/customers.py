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


class MatchRunFactory(DjangoModelFactory[models.MatchRun]):
    class Meta:
        model = models.MatchRun

    created_at = factory.LazyFunction(timezone.now)


class MatchFactory(DjangoModelFactory[models.Match]):
    """`left` and `right`: customers, of any order."""

    class Meta:
        model = models.Match

    class Params:
        left = factory.SubFactory(CustomerFactory)
        right = factory.SubFactory(CustomerFactory)

    left_id = factory.LazyAttribute(lambda made: min(made.left.pk, made.right.pk))
    right_id = factory.LazyAttribute(lambda made: max(made.left.pk, made.right.pk))
    kind = factory.LazyAttribute(lambda made: made.left.kind)
    score = 0.95
    evidence = factory.LazyFunction(
        lambda: [
            {"key": "name", "level": "near", "weight": 6.1, "left": "acme", "right": "acmee"},
            {"key": "phone", "level": "same", "weight": 12.5, "left": "+4930123", "right": "+4930123"},
            {"key": "email", "level": "unknown", "weight": 0, "left": "", "right": "info@acme.example"},
            {"key": "street", "level": "other", "weight": -2.6, "left": "hillrd1", "right": "lakerd7"},
        ]
    )
    proposed_at = factory.LazyFunction(timezone.now)


class MergeRuleFactory(DjangoModelFactory[models.MergeRule]):
    class Meta:
        model = models.MergeRule
        django_get_or_create = ("id",)

    id = 1
    changed_at = factory.LazyFunction(timezone.now)


class SharedKeyFactory(DjangoModelFactory[models.SharedKey]):
    class Meta:
        model = models.SharedKey

    key = factory.Sequence(lambda number: f"mail:info{number}@example.org|info")
    at = factory.LazyFunction(timezone.now)
    is_apart = True


class RelationFactory(DjangoModelFactory[models.Relation]):
    """A row alone: the group follows when `relate` or a merge works it out."""

    class Meta:
        model = models.Relation

    kind = models.Relation.Kind.PARENT
    customer_id = factory.LazyFunction(lambda: CustomerFactory.create().pk)
    to_id = factory.LazyFunction(lambda: CustomerFactory.create().pk)
    at = factory.LazyFunction(timezone.now)


class GroupMemberFactory(DjangoModelFactory[models.GroupMember]):
    class Meta:
        model = models.GroupMember

    kind = models.Relation.Kind.PARENT
    customer_id = factory.LazyFunction(lambda: CustomerFactory.create().pk)
    root_id = factory.SelfAttribute("customer_id")
