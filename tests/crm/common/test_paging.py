import datetime as dt
from collections.abc import Iterator

import pytest
from django.db.models import CharField, QuerySet, Value
from django.db.models.functions import Concat
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from accounts.models import Team, User
from crm.common.paging import Page, keyset_page

pytestmark = pytest.mark.django_db


def names(page: Page[User]) -> list[str]:
    return [user.name for user in page.rows]


def make_users(*named: str) -> None:
    User.objects.bulk_create(User(email=f"{at}@example.com", name=name) for at, name in enumerate(named))


def walk(queryset: QuerySet[User], sort: str, size: int) -> Iterator[Page[User]]:
    cursor = ""
    while True:
        page = keyset_page(queryset, sort=sort, cursor=cursor, size=size)
        yield page
        cursor = page.next_cursor
        if not cursor:
            return


def test_pages_follow_each_other_and_lead_back() -> None:
    make_users("a", "b", "b", "c", "d")
    pages = list(walk(User.objects.all(), "name", 2))
    assert [names(page) for page in pages] == [["a", "b"], ["b", "c"], ["d"]]
    assert pages[0].previous_cursor == ""
    back = keyset_page(User.objects.all(), sort="name", cursor=pages[2].previous_cursor, size=2)
    assert names(back) == ["b", "c"]
    first = keyset_page(User.objects.all(), sort="name", cursor=back.previous_cursor, size=2)
    assert (names(first), first.previous_cursor, first.next_cursor != "") == (["a", "b"], "", True)


def test_descending_is_the_mirror() -> None:
    make_users("a", "b", "b", "c", "d")
    rows = [user.pk for page in walk(User.objects.all(), "-name", 2) for user in page.rows]
    assert rows == list(User.objects.order_by("-name", "-pk").values_list("pk", flat=True))


@pytest.mark.parametrize("cursor", ["x", "!!!", "W10", "WzEsMl0", "WzAsImFcdTAwMDBiIiwxXQ", "WzAsImEiLCJ4Il0", "é"])
def test_a_cursor_that_cannot_be_read_gives_the_first_page(cursor: str) -> None:
    make_users("a", "b")
    assert names(keyset_page(User.objects.all(), sort="name", cursor=cursor, size=1)) == ["a"]


def test_no_rows_have_no_cursors() -> None:
    page = keyset_page(User.objects.none(), sort="name")
    assert (page.rows, page.next_cursor, page.previous_cursor) == ([], "", "")


def test_a_path_and_an_annotation_sort_too() -> None:
    make_users("a", "b", "c")
    User.objects.filter(name="b").update(team=Team.objects.create(key="n", name="North"))
    by_team = [names(page) for page in walk(User.objects.select_related("team"), "team__name", 2)]
    assert by_team == [["b", "a"], ["c"]]
    annotated = User.objects.annotate(shout=Concat("name", Value("!"), output_field=CharField()))
    assert [names(page) for page in walk(annotated, "-shout", 2)] == [["c", "b"], ["a"]]


def test_an_annotation_that_is_never_empty_takes_one_query(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    make_users("b", "a", "c")
    users = User.objects.annotate(key=Concat(Value("k"), "name", output_field=CharField()))
    with django_assert_num_queries(1):
        first = keyset_page(users, sort="key", size=2, is_known=True)
    with django_assert_num_queries(1):
        second = keyset_page(users, sort="key", size=2, is_known=True, cursor=first.next_cursor)
    assert (names(first), names(second)) == (["a", "b"], ["c"])


def test_further_pages_by_a_path_begin_where_its_index_leads(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    for at, name in enumerate("abbc"):
        team, _ = Team.objects.get_or_create(key=name, name=name)
        User.objects.create(email=f"{at}@example.com", name=name, team=team)
    users = User.objects.select_related("team")
    for sort, sign, found in (("team__name", ">=", ["b", "c"]), ("-team__name", "<=", ["b", "a"])):
        first = keyset_page(users, sort=sort, size=2)
        with django_assert_num_queries(2) as queries:
            second = keyset_page(users, sort=sort, size=2, cursor=first.next_cursor)
        assert names(second) == found
        assert f'"accounts_team"."name" {sign} \'b\'' in queries[0]["sql"]


def test_a_page_is_one_query_in_a_column_that_is_always_filled(django_assert_num_queries: object) -> None:
    make_users("a", "b", "c")
    cursor = keyset_page(User.objects.all(), sort="name", size=1).next_cursor
    with django_assert_num_queries(1):  # type: ignore[operator]
        assert names(keyset_page(User.objects.all(), sort="name", cursor=cursor, size=1)) == ["b"]


@pytest.mark.slow
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    moments=st.lists(st.none() | st.datetimes(timezones=st.just(dt.UTC)), max_size=12),
    size=st.integers(1, 5),
    sort=st.sampled_from(["last_login", "-last_login", "pk", "-pk", "name", "-name"]),
)
def test_all_rows_once_there_and_back(moments: list[dt.datetime | None], size: int, sort: str) -> None:
    User.objects.all().delete()
    User.objects.bulk_create(
        User(email=f"{at}@example.com", name="x" * (at % 3), last_login=moment) for at, moment in enumerate(moments)
    )
    pages = list(walk(User.objects.all(), sort, size))
    there = [user.pk for page in pages for user in page.rows]
    assert sorted(there) == sorted(User.objects.values_list("pk", flat=True))
    filled = [user.last_login for page in pages for user in page.rows if user.last_login]
    if "last_login" in sort:
        assert filled == sorted(filled, reverse=sort.startswith("-"))
        assert all(user.last_login is None for page in pages for user in page.rows[len(filled) :] if not filled)

    back, cursor = [[user.pk for user in pages[-1].rows]], pages[-1].previous_cursor
    while cursor:
        page = keyset_page(User.objects.all(), sort=sort, cursor=cursor, size=size)
        back.insert(0, [user.pk for user in page.rows])
        cursor = page.previous_cursor
    assert [pk for rows in back for pk in rows] == there
