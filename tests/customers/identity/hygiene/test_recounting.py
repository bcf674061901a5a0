"""All counts anew, in steps, with people at work beside it."""

import pytest
from django.db import connection, transaction

from customers.identity.hygiene import recounting
from customers.identity.hygiene.following import follow_at_once, refresh_hygiene
from customers.identity.hygiene.recounting import ask_recount, recount_some
from customers.identity.hygiene.tasks import recount_hygiene
from customers.models import Customer, HygieneClock, HygieneCount
from tests.customers.identity.hygiene.test_following import counted_afresh, counts
from tests.factories.accounts import TeamFactory
from tests.factories.customers import CustomerFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]


def step(most: int = 1) -> bool:
    with transaction.atomic(), connection.cursor() as cursor:
        return recount_some(cursor, most)


@pytest.fixture
def six() -> list[Customer]:
    made = CustomerFactory.create_batch(6, team=TeamFactory.create())
    refresh_hygiene()
    return made


def test_counts_that_are_others_become_what_the_rows_say(six: list[Customer], caplog: pytest.LogCaptureFixture) -> None:
    HygieneCount.objects.filter(code=61).update(customers=5)
    HygieneCount.objects.create(code=99, customers=3)
    HygieneCount.objects.filter(code=1001, owner_id=-3).delete()
    recount_hygiene()
    assert counts() == counted_afresh()
    assert not HygieneCount.objects.filter(code=99).exists()
    assert "counts of the hygiene were others" in caplog.text
    caplog.clear()
    recount_hygiene()
    assert "counts of the hygiene were others" not in caplog.text
    assert HygieneClock.objects.get().recounted_to is None


def test_it_waits_until_it_is_asked_for(six: list[Customer]) -> None:
    assert not step()
    assert not HygieneCount.objects.exclude(recounted=0).exists()


def test_who_changes_meanwhile_is_counted_once_wherever_it_stands(six: list[Customer]) -> None:
    """Before it comes to them, after it did, gone, and come."""
    first, second, _third, fourth, fifth, sixth = six
    recount_hygiene()  # what is left of it is cleared first
    HygieneCount.objects.filter(code=61).update(customers=1)
    ask_recount()
    for_each = [
        lambda: Customer.objects.filter(pk=first.pk).update(city="Bonn"),
        lambda: Customer.objects.filter(pk=sixth.pk).update(city="Bonn", team=None),
        lambda: Customer.objects.filter(pk=second.pk).delete(),
        lambda: Customer.objects.filter(pk=fourth.pk).update(team=TeamFactory.create()),
        lambda: Customer.objects.filter(pk=fifth.pk).delete(),
        CustomerFactory.create,
    ]
    while step(1_000):
        if HygieneClock.objects.get().recounted_to == 0:
            break
    for change in for_each:
        assert step()
        before = set(Customer.objects.values_list("pk", flat=True))
        change()
        for pk in before ^ set(Customer.objects.values_list("pk", flat=True)) | {each.pk for each in six}:
            follow_at_once(pk)
    while step():
        pass
    assert counts() == counted_afresh()


def test_one_that_was_left_in_the_middle_is_gone_on_with_by_the_job(
    six: list[Customer], monkeypatch: pytest.MonkeyPatch
) -> None:
    HygieneCount.objects.filter(code=61).update(customers=1)
    ask_recount()
    assert step(1_000)
    assert step(2)
    at = HygieneClock.objects.get().recounted_to
    assert at == six[1].pk
    ask_recount()  # it is under way
    assert HygieneClock.objects.get().recounted_to == at
    monkeypatch.setattr(recounting, "FIRST", 1)
    refresh_hygiene()
    assert (counts(), HygieneClock.objects.get().recounted_to) == (counted_afresh(), None)
