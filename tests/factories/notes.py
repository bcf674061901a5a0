"""Notes, files, tags; who follows and who visited whom; figures that lists sort by; bulk actions."""

import factory
from django.db.models import Model
from django.utils import timezone
from factory.django import DjangoModelFactory

from customers import models
from customers.interactions import attaching
from tests.factories.accounts import UserFactory
from tests.factories.customers import CustomerFactory


class NoteFactory(DjangoModelFactory[models.Note]):
    class Meta:
        model = models.Note

    customer = factory.SubFactory(CustomerFactory)
    body = factory.Sequence(lambda n: f"Note {n:05d}")
    created_by = factory.SubFactory(UserFactory)
    created_at = factory.LazyFunction(timezone.now)


class AttachmentFactory(DjangoModelFactory[models.Attachment]):
    class Meta:
        model = models.Attachment

    customer = factory.SubFactory(CustomerFactory)
    name = factory.Sequence(lambda n: f"contract-{n:05d}.pdf")
    content_type = "application/pdf"
    size = 1024
    digest = factory.Sequence(lambda n: f"{n:064x}")
    stored = factory.Sequence(lambda n: f"{n:032x}")
    added_by = factory.SubFactory(UserFactory)
    added_at = factory.LazyFunction(timezone.now)


def kept_file() -> models.Attachment:
    """With its file in the folder."""
    attachment = AttachmentFactory.create()
    path = attaching.path_of(attachment)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"%PDF-1.7")
    return attachment


def deleted(row: Model) -> int:
    """The key of the row, which is no more."""
    key = int(row.pk)
    row.delete()
    return key


class TagFactory(DjangoModelFactory[models.Tag]):
    class Meta:
        model = models.Tag

    name = factory.Sequence(lambda n: f"Tag {n:05d}")


class CustomerTagFactory(DjangoModelFactory[models.CustomerTag]):
    class Meta:
        model = models.CustomerTag

    customer = factory.SubFactory(CustomerFactory)
    tag = factory.SubFactory(TagFactory)


class FollowFactory(DjangoModelFactory[models.Follow]):
    class Meta:
        model = models.Follow

    user = factory.SubFactory(UserFactory)
    customer = factory.SubFactory(CustomerFactory)
    since = factory.LazyFunction(timezone.now)
    told_until = factory.LazyFunction(timezone.now)


class VisitFactory(DjangoModelFactory[models.Visit]):
    class Meta:
        model = models.Visit

    user = factory.SubFactory(UserFactory)
    customer = factory.SubFactory(CustomerFactory)
    at = factory.LazyFunction(timezone.now)


class CustomerFiguresFactory(DjangoModelFactory[models.CustomerFigures]):
    class Meta:
        model = models.CustomerFigures

    customer = factory.SubFactory(CustomerFactory)
    as_of = factory.LazyFunction(timezone.localdate)


class FigureMarkFactory(DjangoModelFactory[models.FigureMark]):
    class Meta:
        model = models.FigureMark

    customer_id = factory.LazyFunction(lambda: CustomerFactory.create().pk)


class BulkJobFactory(DjangoModelFactory[models.BulkJob]):
    class Meta:
        model = models.BulkJob

    action = "assign_owner"
    created_by = factory.SubFactory(UserFactory)
    created_at = factory.LazyFunction(timezone.now)


class BulkChangeFactory(DjangoModelFactory[models.BulkChange]):
    class Meta:
        model = models.BulkChange

    job = factory.SubFactory(BulkJobFactory)
    customer = factory.SubFactory(CustomerFactory)


class FiguresClockFactory(DjangoModelFactory[models.FiguresClock]):
    class Meta:
        model = models.FiguresClock
        django_get_or_create = ("id",)

    id = 1
    day = factory.LazyFunction(timezone.localdate)
