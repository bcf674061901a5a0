import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import pytest
from django.db.models import Q
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from accounts.models import Team, User
from crm.common import keys as module
from crm.common.keys import Keys, page_keys
from crm.common.paging import keyset_page, order_of
from crm.common.patience import TookTooLong

pytestmark = pytest.mark.django_db
SORTS = ("last_login", "-last_login", "team__name", "-team__name", "name", "-name")
EARLY, LATE = (dt.datetime(2026, month, 1, tzinfo=dt.UTC) for month in (3, 9))
LEAVES = st.sampled_from(
    [
        Q(last_login__isnull=True), Q(last_login__isnull=False), Q(last_login__lt=LATE), ~Q(last_login__lt=LATE),
        Q(team__isnull=True), Q(team__name__in=["a", "b"]), ~Q(team__name="b"), Q(name="x"), Q(pk__in=()), Q(),
    ]
)  # fmt: skip


def either(inner: st.SearchStrategy[Q]) -> st.SearchStrategy[Q]:
    return st.builds(lambda one, two, how: {"and": one & two, "or": one | two, "not": ~one}[how], inner, inner, HOW)


HOW = st.sampled_from(["and", "or", "not"])
CONDITIONS = st.recursive(LEAVES, either, max_leaves=4)


def people(drawn: list[tuple[int | None, dt.datetime | None]]) -> None:
    """Two teams of one name, one that nobody is in."""
    User.objects.all().delete()
    teams = [Team.objects.get_or_create(key=str(at), defaults={"name": name})[0] for at, name in enumerate("abbcd")]
    User.objects.bulk_create(
        User(
            email=f"{at}@example.com", name="x" * (at % 3), team=None if team is None else teams[team], last_login=seen
        )
        for at, (team, seen) in enumerate(drawn)
    )


def read(where: Q, sort: str, cursor: str = "", *, size: int = 4, few: int = 0, within_s: float | None = None) -> Keys:
    order = order_of(User.objects.all(), sort=sort, cursor=cursor)
    is_grouped = sort.endswith("team__name")
    return page_keys(
        User.objects.all(), order, where=where, size=size, is_grouped=is_grouped, few=few, within_s=within_s
    )


@contextmanager
def no_walk_ends() -> Iterator[None]:
    """Whoever walks is stopped, as where the way is long."""
    with pytest.MonkeyPatch.context() as patched:

        def stopped(*_arguments: Any, **_options: Any) -> list[int]:
            raise TookTooLong

        patched.setattr(module, "_walked", stopped)
        yield


@pytest.mark.slow
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    drawn=st.lists(st.tuples(st.none() | st.integers(0, 3), st.sampled_from([None, EARLY, LATE])), max_size=14),
    where=CONDITIONS,
    sort=st.sampled_from(SORTS),
    size=st.integers(1, 5),
)
def test_collected_walked_and_sorted_they_are_those_of_the_plain_query(
    drawn: Any, where: Q, sort: str, size: int
) -> None:
    people(drawn)
    fitting = User.objects.filter(where).select_related("team")
    cursors = [""]
    while cursors:
        cursor = cursors.pop()
        page = keyset_page(fitting, sort=sort, cursor=cursor, size=size)
        backwards = order_of(fitting, sort=sort, cursor=cursor).backwards
        for few, is_long in ((0, False), (0, True), (100, False)):
            with no_walk_ends() if is_long else nullcontext():
                found = read(where, sort, cursor, size=size, few=few, within_s=5.0 if is_long else None)
            shown = found.keys[:size][::-1] if backwards else found.keys[:size]
            assert shown == [user.pk for user in page.rows]
            if few or (is_long and module.expected_rows(fitting) > few):
                assert (found.count, found.how) == (fitting.count(), "counted")
        if not backwards:
            cursors += filter(None, [page.next_cursor, page.previous_cursor])


@pytest.fixture
def no_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of walks; within a transaction, as a test is, one would be three queries more."""
    monkeypatch.setattr(module, "SORTED_AT_MOST", -1)


@pytest.mark.usefixtures("no_end")
def test_few_are_counted_and_more_than_was_expected_are_walked(
    django_assert_num_queries: DjangoAssertNumQueries, monkeypatch: pytest.MonkeyPatch
) -> None:
    people([(0, EARLY)] * 6)
    with django_assert_num_queries(2):
        assert read(Q(name="x"), "-last_login", few=100).count == 2
    monkeypatch.setattr(module, "expected_rows", lambda _rows: 1)
    with django_assert_num_queries(2):
        found = read(Q(pk__gt=0), "-last_login", few=5)
    assert (len(found.keys), found.count, found.how) == (5, 5, "more")


@pytest.mark.usefixtures("no_end")
def test_a_segment_that_can_have_no_rows_is_not_asked_for(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    people([(0, EARLY), (None, None)])
    with django_assert_num_queries(2):
        assert len(read(Q(last_login__lt=LATE), "last_login").keys) == 1
    with django_assert_num_queries(2):
        assert len(read(Q(last_login__isnull=True), "last_login").keys) == 1
    with django_assert_num_queries(0):
        assert read(Q(pk__in=()), "last_login").keys == []


def test_a_walk_that_is_longer_than_to_sort_all_is_left_off(monkeypatch: pytest.MonkeyPatch) -> None:
    people([(0, EARLY)] * 6)
    monkeypatch.setattr(module, "SHORTEST_S", 0.05)
    monkeypatch.setattr(module, "_along", lambda *_given: ("SELECT 1 FROM pg_sleep(3)", []))
    found = read(Q(pk__gt=0), "-last_login", few=0, within_s=2.0)
    assert (len(found.keys), found.count, found.how) == (5, 6, "counted")
    found = read(Q(pk__gt=0), "-last_login", few=0)  # no end is set: no walk without one either
    assert (len(found.keys), found.count, found.how) == (5, 6, "counted")
    with monkeypatch.context() as patched:
        patched.setattr(module, "SORTED_AT_MOST", -1)
        patched.setattr(module, "_along", lambda *_given: ("SELECT id FROM accounts_user, pg_sleep(0.2)", []))
        assert read(Q(pk__gt=0), "-last_login", few=0).how == "about"
    monkeypatch.setattr(module, "_COLLECTED", "SELECT 1, ARRAY[1] FROM pg_sleep(3)")
    with pytest.raises(TookTooLong):
        read(Q(), "-last_login", few=0, within_s=0.2)
