"""Source systems, what they brought, and what was left waiting."""

from datetime import UTC, datetime
from typing import Any
from uuid import NAMESPACE_OID, uuid5

import factory
from factory.django import DjangoModelFactory

from customers import models
from customers.identity.ordering import FIELDS
from tests.factories.customers import CustomerFactory, MergedRowFactory, MergeFactory


class SourceSystemFactory(DjangoModelFactory[models.SourceSystem]):
    class Meta:
        model = models.SourceSystem
        django_get_or_create = ("key",)

    key = factory.Sequence(lambda n: f"system-{n:05d}")
    name = factory.LazyAttribute(lambda system: system.key.title())


class SourceRecordFactory(DjangoModelFactory[models.SourceRecord]):
    class Meta:
        model = models.SourceRecord

    system = factory.SubFactory(SourceSystemFactory)
    kind = "customers"
    external_id = factory.Sequence(lambda n: f"C{n:05d}")
    digest = factory.LazyAttribute(lambda record: uuid5(NAMESPACE_OID, record.external_id))
    customer = factory.SubFactory(CustomerFactory)
    object_id = factory.LazyAttribute(lambda record: record.customer.pk if record.customer else None)


class ImportBatchFactory(DjangoModelFactory[models.ImportBatch]):
    class Meta:
        model = models.ImportBatch

    system = factory.SubFactory(SourceSystemFactory)
    kind = "customers"
    path = "none.csv"
    filename = "customers.csv"


class ImportRejectFactory(DjangoModelFactory[models.ImportReject]):
    class Meta:
        model = models.ImportReject

    batch = factory.SubFactory(ImportBatchFactory)
    line = 2
    reason = "no name"
    row = factory.LazyFunction(dict)


class ParkedRowFactory(DjangoModelFactory[models.ParkedRow]):
    class Meta:
        model = models.ParkedRow

    system = factory.SubFactory(SourceSystemFactory)
    kind = "orders"
    external_id = factory.Sequence(lambda n: f"O{n:05d}")
    rows = factory.LazyFunction(list)
    waits_for_kind = "customers"
    waits_for_id = "C1"


class TrustChangeFactory(DjangoModelFactory[models.TrustChange]):
    class Meta:
        model = models.TrustChange

    system = factory.SubFactory(SourceSystemFactory)


class ApiTokenFactory(DjangoModelFactory[models.ApiToken]):
    class Meta:
        model = models.ApiToken

    system = factory.SubFactory(SourceSystemFactory)
    scope = "read write"
    token_hash = factory.Sequence(lambda n: f"{n:064x}")
    prefix = "crm_abcdef"
    created_at = datetime(2026, 11, 1, tzinfo=UTC)


class FeedFactory(DjangoModelFactory[models.Feed]):
    """Of a folder that no environment allows, looked at when the tests' noon comes."""

    class Meta:
        model = models.Feed

    name = factory.Sequence(lambda n: f"Feed {n:05d}")
    system = factory.SubFactory(SourceSystemFactory)
    kind = "customers"
    place = "folder"
    folder = factory.LazyAttribute(lambda feed: "" if feed.url else "/srv/feeds")
    url = ""
    created_at = datetime(2026, 11, 1, tzinfo=UTC)
    next_at = datetime(2026, 11, 15, 12, tzinfo=UTC)


class FeedFileFactory(DjangoModelFactory[models.FeedFile]):
    class Meta:
        model = models.FeedFile

    feed = factory.SubFactory(FeedFactory)
    name = factory.Sequence(lambda n: f"customers-{n:05d}.csv")
    state = "done"
    seen_at = datetime(2026, 11, 15, 12, tzinfo=UTC)


def linked(**fields: Any) -> models.Merge:
    """A customer of two records, of whom the second came by its key."""
    customer = CustomerFactory.create(**fields)
    for _record in range(2):
        record = SourceRecordFactory.create(customer=customer, payload={"name": customer.name})
    merge = MergeFactory.create(
        survivor_id=customer.pk, how=models.Merge.How.LINK, record_id=record.pk, key=f"mail:a@x.example|{record.pk}"
    )
    MergedRowFactory.create(merge=merge, relation="customers_sourcerecord", row_id=record.pk)
    return merge


class SurvivorshipRuleFactory(DjangoModelFactory[models.SurvivorshipRule]):
    class Meta:
        model = models.SurvivorshipRule

    field = factory.Iterator(FIELDS)
    rule = "newest"
    systems = factory.LazyFunction(list)
    changed_at = datetime(2026, 11, 1, tzinfo=UTC)
