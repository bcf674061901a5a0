"""Marks are worked through at once, and again when those are gone who may have begun before them."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import psycopg
import pytest
from django.db.backends.utils import CursorWrapper

from crm.common import locks, waiting_marks
from crm.common.waiting_marks import WaitingMarks
from customers.models import TierMark
from tests.database import another_connection
from tests.factories.tiers import TierMarkFactory

pytestmark = pytest.mark.django_db
Other = psycopg.Connection[tuple[object, ...]]


@dataclass
class Steps:
    """The customers of the marks that each step had to look at."""

    seen: list[list[int]] = field(default_factory=list)

    def work(self, cursor: CursorWrapper) -> None:
        cursor.execute("SELECT customer_id FROM looked_at ORDER BY id")
        self.seen.append([customer for (customer,) in cursor.fetchall()])

    def follow(self, *, wait: bool = True) -> list[list[int]]:
        """→ the steps it took."""
        self.seen.clear()
        marks = WaitingMarks(table="customers_tiermark", step="looked_at", lock=locks.TIER_MARKS, work=self.work)
        marks.follow(wait=wait)
        return list(self.seen)


@pytest.fixture
def steps() -> Steps:
    return Steps()


@pytest.fixture
def other() -> Iterator[Other]:
    with another_connection() as opened:
        yield opened


def write_facts(other: Other) -> None:
    other.execute("SELECT pg_advisory_xact_lock_shared(%s, %s)", locks.FACTS)


def mark(*customers: int) -> None:
    for customer in customers:
        TierMarkFactory.create(customer_id=customer)


def test_without_marks_there_is_no_work(steps: Steps) -> None:
    assert steps.follow() == []


def test_where_nobody_writes_a_mark_is_looked_at_once(steps: Steps) -> None:
    mark(7, 8)

    assert steps.follow() == [[7, 8]]
    assert not TierMark.objects.exists()
    assert steps.follow() == []


def test_a_mark_stays_until_those_have_ended_who_were_at_it(steps: Steps, other: Other) -> None:
    write_facts(other)
    mark(7)

    assert steps.follow() == [[7]]
    assert [len(each.waits_for or []) for each in TierMark.objects.all()] == [1]
    assert steps.follow() == []
    other.commit()
    assert steps.follow() == [[7]]
    assert not TierMark.objects.exists()


def test_who_comes_later_is_not_waited_for(steps: Steps, other: Other) -> None:
    write_facts(other)
    mark(7)
    steps.follow()
    other.commit()
    write_facts(other)
    mark(8)

    assert steps.follow() == [[7, 8]]
    assert list(TierMark.objects.values_list("customer_id", flat=True)) == [8]


def test_the_oldest_come_first_so_many_at_a_time(steps: Steps, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting_marks, "FIRST_MARKS", 2)
    monkeypatch.setattr(waiting_marks, "MOST_MARKS", 2)
    monkeypatch.setattr(waiting_marks, "STEP_S", 60)
    mark(9, 7, 8)

    assert steps.follow() == [[9, 7], [8]]


def test_where_another_is_at_it_the_rest_is_left_to_them(steps: Steps, other: Other) -> None:
    other.execute("SELECT pg_advisory_xact_lock(%s, %s)", locks.TIER_MARKS)
    mark(7)

    assert steps.follow(wait=False) == []
    other.commit()
    assert steps.follow(wait=False) == [[7]]


def test_work_that_fails_leaves_its_marks(steps: Steps, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_self: Steps, _cursor: CursorWrapper) -> None:
        raise ZeroDivisionError

    mark(7)
    with monkeypatch.context() as patched:
        patched.setattr(Steps, "work", fail)
        with pytest.raises(ZeroDivisionError):
            steps.follow()

    assert steps.follow() == [[7]]
