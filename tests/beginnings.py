"""What several tests begin with, made once: each runs in a savepoint of the transaction in which it was made.

`made_once_for_the_class(make)` and `made_once_for_the_module(make)`, in fixtures of that scope. All tests of the class
or module see what is made, and none of them may commit (`transaction=True`).
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import time_machine
from django.db import connection, transaction
from pytest_django import DjangoDbBlocker

from crm.common.company import current as company
from metrics.engine import known
from metrics.engine.rules import USUAL
from tests.conftest import NOON

MadeOnce = Callable[[Callable[[], object]], None]


@pytest.fixture(scope="class")
def made_once_for_the_class(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[MadeOnce]:
    with made_once(django_db_blocker) as make:
        yield make


@pytest.fixture(scope="module")
def made_once_for_the_module(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[MadeOnce]:
    with made_once(django_db_blocker) as make:
        yield make


@contextmanager
def made_once(blocker: DjangoDbBlocker) -> Iterator[MadeOnce]:
    """It is made at noon of 15 November 2026, by the company and the rules of the migrations, as in most tests."""
    around = transaction.atomic()
    with blocker.unblock():
        around.__enter__()

    def make(work: Callable[[], object]) -> None:
        as_migrated = company.assumed(time_zone="UTC", currency="EUR"), known.assumed(known.State(values=USUAL))
        with blocker.unblock(), as_migrated[0], as_migrated[1], time_machine.travel(NOON, tick=False):
            work()
            connection.check_constraints()  # what waits for the end of the transaction

    yield make
    with blocker.unblock():
        transaction.set_rollback(True)
        around.__exit__(None, None, None)
