from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import translation
from pytest_django import DjangoAssertNumQueries

from accounts.domain.notices import tell_each, words_of
from accounts.models import Notice, User
from crm.common import locks
from customers.identity import telling_followers
from customers.identity.tasks import tell_followers as job
from customers.identity.telling_followers import tell_followers
from customers.models import Customer, Follow, Tier
from tests.conftest import NOON, UserFor
from tests.database import another_connection
from tests.factories.accounts import UserFactory
from tests.factories.customers import CustomerFactory
from tests.factories.importing import SourceRecordFactory
from tests.factories.interactions import InteractionFactory
from tests.factories.notes import FollowFactory, NoteFactory
from tests.factories.tiers import TierAssignmentFactory
from tests.factories.trade import InvoiceFactory, OrderFactory, RepairFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]
MINUTE = timedelta(minutes=1)


@pytest.fixture
def user(user_for: UserFor) -> User:
    return user_for("sales")


@pytest.fixture
def customer(user: User) -> Customer:
    customer = CustomerFactory.create(name="Acme")
    FollowFactory.create(user=user, customer=customer, since=NOON, told_until=NOON)
    return customer


def at(moment: datetime, make: Callable[..., Any], **fields: Any) -> Any:
    with time_machine.travel(moment, tick=False):
        return make(**fields)


def recorded(kind: str, make: Any, customer: Customer, moment: datetime) -> None:
    row = make.create(customer=customer)
    at(moment, SourceRecordFactory.create, kind=kind, customer=None, object_id=row.pk)


def told() -> list[tuple[str, str]]:
    return [(str(notice.user), words_of(notice)) for notice in Notice.objects.order_by("pk")]


def test_what_others_did_is_told_in_one_sentence(customer: Customer, user: User) -> None:
    soon = NOON + MINUTE
    for _time in range(3):
        at(soon, InteractionFactory.create, customer=customer, occurred_at=NOON - timedelta(days=9))
    at(soon, InteractionFactory.create, customer=customer, agent=user)
    at(soon, InteractionFactory.create, customer=customer, is_contact=False)
    at(soon, InteractionFactory.create)  # with another customer
    at(NOON, InteractionFactory.create, customer=customer)  # before
    recorded("orders", OrderFactory, customer, soon)
    recorded("invoices", InvoiceFactory, customer, soon)
    recorded("repairs", RepairFactory, customer, soon)
    NoteFactory.create(customer=customer, created_at=soon)
    NoteFactory.create(customer=customer, created_at=soon, created_by=user)
    days = date(2026, 1, 1), date(2026, 5, 1)
    for tier, valid in (("bronze", (None, days[0])), ("gold", days), ("gold", (days[1], None))):
        TierAssignmentFactory.create(
            customer=customer, tier=Tier.objects.get(key=tier), valid=valid, made_at=NOON + MINUTE
        )
    assert tell_followers(now=NOON + 2 * MINUTE) == 1
    assert told() == [
        ("Sales", "3 new contacts, 1 new order, 1 new invoice, 1 new repair, 1 new note, a new tier at Acme"),
    ]  # fmt: skip
    notice = Notice.objects.get()
    assert (notice.url, notice.customer_id, notice.at) == (
        f"/customers/{customer.pk}/", customer.pk, NOON + 2 * MINUTE,
    )  # fmt: skip
    with translation.override("zh-hans"):
        assert words_of(notice) == "Acme：3 次新联系, 1 个新订单, 1 张新发票, 1 项新维修, 1 条新备注, 等级变更"


def test_twice_tells_nothing_new(customer: Customer) -> None:
    for minutes in (1, 2, 5):
        at(NOON + minutes * MINUTE, InteractionFactory.create, customer=customer)
    assert [tell_followers(now=NOON + minutes * MINUTE) for minutes in (3, 3, 4, 6, 7)] == [1, 0, 0, 1, 0]
    assert told() == [("Sales", "2 new contacts at Acme"), ("Sales", "1 new contact at Acme")]
    assert Follow.objects.get().told_until == NOON + 7 * MINUTE


def test_killed_between_and_within_steps_it_tells_the_rest_the_next_time(
    customer: Customer, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    others = [FollowFactory.create(user=user, told_until=NOON).customer for _ in range(2)]
    for each in (customer, *others):
        at(NOON + MINUTE, InteractionFactory.create, customer=each)
    steps: list[int] = []

    def tell_and_die(told: Any, **of: Any) -> None:
        tell_each(told, **of)
        steps.append(len(told))
        if len(steps) == 2:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(telling_followers, "FIRST", 1)
        patch.setattr(telling_followers, "MOST", 1)
        patch.setattr(telling_followers, "tell_each", tell_and_die)
        with pytest.raises(KeyboardInterrupt):
            tell_followers(now=NOON + 2 * MINUTE)
    assert told() == [("Sales", "1 new contact at Acme")]
    assert list(Follow.objects.order_by("pk").values_list("told_until", flat=True)) == [NOON + 2 * MINUTE, NOON, NOON]
    assert [tell_followers(now=NOON + minutes * MINUTE) for minutes in (3, 4)] == [2, 0]
    assert len(told()) == len(set(told())) == 3


def test_of_who_is_gone_meanwhile_nothing_is_told(customer: Customer, monkeypatch: pytest.MonkeyPatch) -> None:
    NoteFactory.create(customer=customer, created_at=NOON + MINUTE)
    read = telling_followers._counts

    def read_and_go(*of: Any) -> Any:
        counts = read(*of)
        customer.delete()
        return counts

    monkeypatch.setattr(telling_followers, "_counts", read_and_go)
    assert (tell_followers(now=NOON + 2 * MINUTE), told()) == (0, [])


def test_told_while_the_clock_was_ahead_they_hear_of_the_next_all_the_same(customer: Customer) -> None:
    Follow.objects.update(told_until=NOON + timedelta(days=1))
    assert tell_followers(now=NOON) == 0
    at(NOON + MINUTE, InteractionFactory.create, customer=customer)
    assert tell_followers(now=NOON + 2 * MINUTE) == 1


def test_nobody_is_told_who_has_left_or_may_see_no_customers(customer: Customer, user: User) -> None:
    FollowFactory.create(user=UserFactory.create(), customer=customer, told_until=NOON)
    User.objects.filter(pk=user.pk).update(is_active=False)
    at(NOON + MINUTE, InteractionFactory.create, customer=customer)
    assert (tell_followers(now=NOON + 2 * MINUTE), told()) == (0, [])


def test_without_followers_there_is_nothing_to_do(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(4):  # the lock and its end, until when, since when
        assert tell_followers(now=NOON) == 0


def test_it_asks_as_often_for_many_as_for_one(
    customer: Customer, user: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for rows in (1, 3):
        for _row in range(rows):
            other = FollowFactory.create(user=user, told_until=NOON).customer
            at(NOON + rows * MINUTE, InteractionFactory.create, customer=other)
        with django_assert_num_queries(13):
            assert tell_followers(now=NOON + (rows + 1) * MINUTE) == rows


def test_the_job_does_it(customer: Customer) -> None:
    at(NOON + MINUTE, InteractionFactory.create, customer=customer)
    at(NOON + 2 * MINUTE, job)
    assert told() == [("Sales", "1 new contact at Acme")]


@pytest.mark.django_db(transaction=True)
def test_what_is_still_being_written_is_told_once_it_is_there() -> None:
    """Recorded by a transaction that began before the run, and seen only after it."""
    with another_connection() as other:
        (began,) = other.execute("SELECT now()").fetchone() or (NOON,)
        assert isinstance(began, datetime)
        follow = FollowFactory.create(user=UserFactory.create(is_superuser=True), told_until=began - MINUTE)
        other.execute(
            "INSERT INTO customers_interaction (customer_id, contact_value, contact_normalised, matched_by_value,"
            " channel, direction, purpose, subject, body, outcome, occurred_at, agent_name, is_contact, created_at)"
            " VALUES (%s, '', '', false, 'phone', 'in', '', '', '', '', now(), '', true, now())",
            [follow.customer_id],
        )
        assert tell_followers(now=began + MINUTE) == 0
        follow.refresh_from_db()
        assert follow.told_until == began - timedelta(microseconds=1)
        other.commit()
    assert tell_followers(now=began + MINUTE) == 1
    assert Notice.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_tell_once() -> None:
    follow = FollowFactory.create(user=UserFactory.create(is_superuser=True), told_until=NOON)
    at(NOON + MINUTE, InteractionFactory.create, customer=follow.customer)
    with another_connection() as other:
        other.execute("SELECT pg_advisory_xact_lock(%s, %s)", list(locks.FOLLOWERS))
        assert tell_followers(now=NOON + 2 * MINUTE) == 0
    assert tell_followers(now=NOON + 2 * MINUTE) == 1
