from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from pytest_django import DjangoAssertNumQueries

from accounts.sessions import SessionStore
from tests.conftest import NOON

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]


def saved() -> str:
    store = SessionStore()
    store["seen"] = "清单"
    store.save()
    assert store.session_key is not None
    return store.session_key


def test_what_was_kept_is_read_with_one_query(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    store = SessionStore(saved())
    with django_assert_num_queries(1):
        assert dict(store.items()) == {"seen": "清单"}


def test_of_one_that_is_over_or_never_was_nothing_is_known() -> None:
    over = saved()
    Session.objects.filter(pk=over).update(expire_date=NOON - timedelta(seconds=1))
    for key in (over, "never" * 8):
        store = SessionStore(key)
        assert dict(store.items()) == {}
        assert store.session_key is None, "who signs in gets a new one"
