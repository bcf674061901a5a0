from datetime import timedelta

import pytest

from accounts.domain.notices import (
    NoticeKind,
    mark_all_read,
    mark_one_read,
    register_notice_kind,
    settle,
    tell,
    unread,
    words_of,
)
from accounts.models import Notice
from tests.conftest import NOON
from tests.factories.accounts import NoticeFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_each_is_told_once_by_key() -> None:
    ada, bob = UserFactory.create(), UserFactory.create()
    tell(user_ids=[ada.pk], kind="x", key="k:1", now=NOON, data={"what": "first"})
    tell(user_ids=[ada.pk, bob.pk, bob.pk], kind="x", key="k:1", now=NOON, data={"what": "second"}, url="/tasks/1/")
    told = Notice.objects.order_by("user_id").values_list("user_id", "data__what", "url")
    assert list(told) == [(ada.pk, "first", ""), (bob.pk, "second", "/tasks/1/")]


def test_words_come_from_the_kind_and_of_an_unknown_one_from_the_data() -> None:
    register_notice_kind(NoticeKind(key="test", label="test", words=lambda data: f"It is {data['n']}"))
    assert words_of(Notice(kind="test", data={"n": 3})) == "It is 3"
    assert words_of(Notice(kind="of an older release", data={"what": "Call"})) == "Call"


def test_no_more_are_counted_than_the_bell_tells_apart() -> None:
    me = UserFactory.create()
    NoticeFactory.create_batch(102, user=me)
    assert unread(me) == 100


def test_read_once_and_all_that_were_shown() -> None:
    me = UserFactory.create()
    old, new = (NoticeFactory.create(user=me, at=NOON + timedelta(minutes=minute)) for minute in (0, 5))
    other = NoticeFactory.create(at=NOON)
    assert unread(me) == 2
    mark_one_read(notice=old, now=NOON)
    mark_one_read(notice=old, now=NOON + timedelta(hours=1))
    old.refresh_from_db()
    assert old.read_at == NOON
    assert mark_all_read(user=me, until=NOON, now=NOON) == 0  # the new one came since
    assert mark_all_read(user=me, until=new.at, now=NOON) == 1
    other.refresh_from_db()
    assert other.read_at is None


def test_what_is_settled_needs_no_reading() -> None:
    me = UserFactory.create()
    mine, longer = NoticeFactory.create(user=me, key="task:1:due"), NoticeFactory.create(user=me, key="task:12:due")
    other = NoticeFactory.create(key="task:1:due")
    settle(user_ids=[me.pk], keys_from="task:1:", now=NOON)
    assert set(Notice.objects.filter(read_at=None)) == {longer, other}
    assert Notice.objects.get(pk=mine.pk).read_at == NOON
