"""Two who lock rows in different orders: the one that PostgreSQL ends begins again, and both get through."""

from collections.abc import Callable
from threading import Barrier, Thread

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction
from psycopg.errors import DeadlockDetected

from crm.common import retrying
from crm.common.retrying import retried
from customers.models import Customer
from tests.factories.customers import CustomerFactory


def deadlock() -> OperationalError:
    error = OperationalError("deadlock detected")
    error.__cause__ = DeadlockDetected()
    return error


def failing(times: int, error: Exception) -> Callable[[str], str]:
    left = [error] * times

    def work(word: str) -> str:
        if left:
            raise left.pop()
        return word

    return work


@pytest.mark.django_db
def test_a_deadlock_is_tried_again() -> None:
    assert retried(failing(retrying.TRIES - 1, deadlock()))("done") == "done"


@pytest.mark.django_db
def test_not_for_ever() -> None:
    with pytest.raises(OperationalError):
        retried(failing(retrying.TRIES, deadlock()))("done")


@pytest.mark.django_db
def test_as_often_as_is_said() -> None:
    assert retried(failing(5, deadlock()), tries=6)("done") == "done"
    with pytest.raises(OperationalError):
        retried(failing(6, deadlock()), tries=6)("done")


@pytest.mark.django_db
def test_what_the_database_refuses_is_not_tried_again() -> None:
    with pytest.raises(IntegrityError):
        retried(failing(1, IntegrityError("no")))("done")


@pytest.mark.django_db(transaction=True)
@pytest.mark.slow
def test_two_that_wait_for_each_other_both_get_through() -> None:
    first, second = (CustomerFactory.create(city="") for _ in range(2))
    both, done = Barrier(2), []
    tries = {"there": 0, "back": 0}

    @retried
    def write(name: str, rows: list[Customer]) -> None:
        tries[name] += 1
        with transaction.atomic():
            Customer.objects.filter(pk=rows[0].pk).update(city=name)
            if tries[name] == 1:
                both.wait(10)
            Customer.objects.filter(pk=rows[1].pk).update(city=name)

    def run(name: str, rows: list[Customer]) -> None:
        try:
            write(name, rows)
            done.append(name)
        finally:
            connection.close()

    threads = [
        Thread(target=run, args=("there", [first, second])),
        Thread(target=run, args=("back", [second, first])),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(done) == ["back", "there"]
    assert sum(tries.values()) == 3
    assert Customer.objects.filter(city=done[-1]).count() == 2
