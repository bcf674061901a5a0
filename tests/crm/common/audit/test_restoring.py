from datetime import UTC, datetime

import pytest

from crm.common.audit.restoring import as_it_was, deletions
from customers.models import Tag
from tests.factories.notes import TagFactory

pytestmark = pytest.mark.django_db
# Events are stamped by the clock of the database.
LONG_AGO, NOT_YET = datetime(2000, 1, 1, tzinfo=UTC), datetime(2999, 1, 1, tzinfo=UTC)


def test_a_deleted_row_is_as_it_was() -> None:
    tag, since = TagFactory.create(name="VIP", colour="red"), LONG_AGO
    Tag.objects.filter(pk=tag.pk).update(name="Key")
    assert list(deletions(Tag, since=since)) == []
    tag.delete()
    (event,) = deletions(Tag, since=since)
    as_it_was(Tag, event).save(force_insert=True)
    assert Tag.objects.values_list("pk", "name", "colour").get() == (event.pgh_obj_id, "Key", "red")
    assert list(deletions(Tag, since=since)) == []


def test_the_last_one_comes_first_and_those_of_long_ago_do_not() -> None:
    for tag in TagFactory.create_batch(2):
        tag.delete()
    found = list(deletions(Tag, since=LONG_AGO))
    assert [event.pgh_obj_id for event in found] == sorted((event.pgh_obj_id for event in found), reverse=True)
    assert list(deletions(Tag, since=NOT_YET)) == []
