"""Fixtures everybody may use.

- `db` (pytest-django): a real database of this process, copied in a moment from a template that has all migrations.
  The template is made again when a migration changes. Each process has its own copy.
- `@pytest.mark.django_db(transaction=True)` / `transactional_db`: real commits. Afterwards the database is put back to
  what the migrations left (roles, tiers, policies stay), not merely emptied.
- `user_for(role)`: a user of the group sales, service, manager or administrator. `client_for(role)`: one signed in.
- `as_owner`: tests act as the application's database role; this one makes them that which owns the tables.
- `made_once`: what all tests of a class, or of a module, begin with, made for the first of them (`tests.beginnings`).
- `tidy_tables`: for tests of what the planner makes of a statement.
- `in_november`: the clock stands at noon of 15 November 2026.
- `live_stack`: real gunicorn and a real Celery worker on this process's test database, and a Redis of their own;
  implies real commits. See `tests.live.LiveStack`: `url`, `sign_in_cookies`, `kill_worker`, `start_worker`,
  `stop_redis`, `start_redis`.
- `page`: a Chromium page whose console errors and failed requests make the test fail; `browser` below it.
  `page_for(role)`: a page signed in as a role on `live_stack`. Mark such tests `@pytest.mark.browser`.

Marks: `e2e` and `reliability` come with the directory, `slow` is put on what takes about a second or more.

Logs of the live processes lie in pytest's temporary directory, named in the failure's output.
"""

import gc
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import pytest
import time_machine
from django.conf import settings
from django.contrib.auth.models import Group
from django.test import Client, TransactionTestCase
from django.utils import translation
from pytest_django import DjangoDbBlocker

from accounts.models import User
from crm.common.company import current as company
from crm.embedded import processes
from metrics.engine import known
from metrics.engine.rules import USUAL
from tests import beforehand, database, order
from tests.live import LiveStack

pytest_plugins = ["tests.beginnings", "tests.browsers", "tests.measuring"]

HERE = Path(__file__).parent
MARKED_BY_DIRECTORY = ("e2e", "reliability")
PASSWORD = "a-long-test-password"
NOON = datetime(2026, 11, 15, 12, 0, tzinfo=UTC)


class UserFor(Protocol):
    def __call__(self, role: str, *, email: str = "") -> User: ...


class ClientFor(Protocol):
    def __call__(self, role: str, *, email: str = "") -> Client: ...


def pytest_configure(config: pytest.Config) -> None:
    database.refuse_two_roles_of_others()
    beforehand.prepare(config)
    if hasattr(config, "workerinput"):
        gc.disable()  # until all tests are collected, which stay


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    settings.WHITENOISE_AUTOREFRESH = True  # a client looks for files when asked: others may collect them meanwhile
    for item in items:
        directory = item.path.relative_to(HERE).parts[0]
        if directory in MARKED_BY_DIRECTORY:
            item.add_marker(directory)
    order.put_in_order(items)


def pytest_collection_finish() -> None:
    """What has been imported and collected stays to the end: no collection of garbage need look through it again.

    Of what a test leaves much may gather before anybody looks for it.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    gc.enable()


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with django_db_blocker.unblock():
        name = database.create()
    yield
    with django_db_blocker.unblock():
        database.drop(name)


@pytest.fixture(scope="session", autouse=True)
def restore_after_commits() -> None:
    """Tests that really commit leave the database as the migrations did."""
    TransactionTestCase._fixture_teardown = lambda _self: database.restore()  # type: ignore[attr-defined]


@pytest.fixture(autouse=True)
def company_of_the_migrations() -> Iterator[None]:
    """What a fresh database says, known without asking it; a test that changes the company says so."""
    with company.assumed(time_zone="UTC", currency="EUR"):
        yield


@pytest.fixture(autouse=True)
def nobodys_language() -> Iterator[None]:
    """A page in another language leaves it to whatever this thread does next: in a test, to the one that follows."""
    yield
    translation.deactivate()


@pytest.fixture(autouse=True)
def rules_of_the_migrations() -> Iterator[None]:
    """Likewise; a test that changes the rules of the KPIs says so."""
    with known.assumed(known.State(values=USUAL)):
        yield


@pytest.fixture
def tidy_tables(django_db_setup: None) -> None:
    """As large as their rows, and their statistics true: what earlier tests left behind weighs on the planner."""
    database.tidy()


@pytest.fixture
def in_november() -> Iterator[None]:
    """It is noon of 15 November 2026; the clock stands, so that what is shown reads the same every day."""
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def as_owner(db: None) -> Iterator[None]:
    """Be the role that owns the tables, as migrations are."""
    with database.as_owner():
        yield


@pytest.fixture
def user_for() -> UserFor:
    def make(role: str, *, email: str = "") -> User:
        user, _made = User.objects.get_or_create(
            email=email or f"{role}@test.example", defaults={"name": role.title(), "is_staff": role == "administrator"}
        )
        user.set_password(PASSWORD)
        user.save()
        user.groups.add(Group.objects.get(name=role))
        return user

    return make


@pytest.fixture
def client_for(db: None, user_for: UserFor) -> ClientFor:
    def make(role: str, *, email: str = "") -> Client:
        client = Client()
        client.force_login(user_for(role, email=email))
        return client

    return make


@pytest.fixture(scope="session")
def live_processes(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveStack]:
    with LiveStack(logs=tmp_path_factory.mktemp("live")) as stack:
        yield stack


@pytest.fixture
def live_stack(live_processes: LiveStack, transactional_db: None) -> Iterator[LiveStack]:
    live_processes.heal()
    yield live_processes
    live_processes.settle()


@pytest.fixture
def wait_for() -> Callable[[Callable[[], object]], None]:
    """Wait until a condition holds; fails after 30 seconds."""

    def wait(condition: Callable[[], object], seconds: float = 30) -> None:
        assert processes.wait_until(lambda: bool(condition()), seconds=seconds), "waited in vain"

    return wait
