import pytest

from customers.identity.tags import counted, suggestions, tags_named
from customers.models import Tag
from tests.factories.notes import CustomerTagFactory, TagFactory

pytestmark = pytest.mark.django_db


def test_those_that_begin_with_it_come_first() -> None:
    for name in ("Big key", "Key account", "key 2", "Other", "100%"):
        TagFactory.create(name=name)
    assert [tag.name for tag in suggestions(" KEY ")] == ["Key account", "key 2", "Big key"]
    assert [tag.name for tag in suggestions("%")] == ["100%"]
    assert [tag.name for tag in tags_named("\0key").order_by("pk")] == ["Big key", "Key account", "key 2"]
    assert (len(suggestions("")), tags_named(" ").count()) == (5, 5)


def test_of_five_thousand_at_most_twenty() -> None:
    Tag.objects.bulk_create(Tag(name=f"tag {number}") for number in range(5_000))
    assert len(suggestions("tag 1")) == len(suggestions("")) == 20


def test_how_many_have_each() -> None:
    used, unused = TagFactory.create_batch(2)
    CustomerTagFactory.create_batch(3, tag=used)
    assert counted([used, unused]) == {used.pk: 3}
