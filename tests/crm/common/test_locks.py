import threading
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from crm.common import locks
from tests.database import another_connection

pytestmark = pytest.mark.django_db(transaction=True)

Other = psycopg.Connection[tuple[object, ...]]
FREE = "SELECT pg_try_advisory_xact_lock(%s, %s)"
FREE_TO_SHARE = "SELECT pg_try_advisory_xact_lock_shared(%s, %s)"


@pytest.fixture
def other() -> Iterator[Other]:
    with another_connection() as opened:
        opened.autocommit = True
        yield opened


@contextmanager
def taken(*, exclusive: tuple[locks.Key, ...] = (), shared: tuple[locks.Key, ...] = ()) -> Iterator[None]:
    with transaction.atomic(), connection.cursor() as cursor:
        locks.take(cursor, exclusive=exclusive, shared=shared)
        yield


def answer(other: Other, question: str, key: locks.Key) -> object:
    row = other.execute(question, key).fetchone()
    assert row is not None
    return row[0]


def test_a_key_is_held_until_the_transaction_ends(other: Other) -> None:
    with taken(exclusive=(locks.VERDICTS,)):
        assert answer(other, FREE_TO_SHARE, locks.VERDICTS) is False
        assert answer(other, FREE, locks.ZONE) is True
    assert answer(other, FREE, locks.VERDICTS) is True


def test_a_shared_key_keeps_only_those_out_who_want_it_alone(other: Other) -> None:
    with taken(shared=(locks.VERDICTS,)):
        assert answer(other, FREE_TO_SHARE, locks.VERDICTS) is True
        assert answer(other, FREE, locks.VERDICTS) is False


def test_a_key_wanted_alone_and_shared_is_taken_alone(other: Other) -> None:
    with taken(exclusive=(locks.VERDICTS,), shared=(locks.VERDICTS,)):
        assert answer(other, FREE_TO_SHARE, locks.VERDICTS) is False


def test_keys_are_taken_in_their_order_whatever_order_they_are_named_in() -> None:
    asked: list[tuple[int, int]] = []

    class Cursor:
        def execute(self, _statement: str, key: locks.Key) -> None:
            asked.append(tuple(key))

        def fetchone(self) -> tuple[bool]:
            return (True,)

    wanted = [locks.kpi(1), locks.kpi(1, 24_000), locks.calls(7), locks.calls(3), locks.VERDICTS]
    locks.take(Cursor(), exclusive=wanted[:3], shared=wanted[3:])  # type: ignore[arg-type] - it notes what is asked
    assert asked == sorted(asked) == [(50, 3), (50, 7), (60, 0), (730_201, 0), (730_201, 24_000)]


def test_who_waits_in_vain_is_told_for_whom(other: Other) -> None:
    other.autocommit = False
    other.execute("SET application_name = 'worker'")
    other.execute("SELECT pg_advisory_xact_lock(%s, %s)", locks.calls(3))
    with transaction.atomic(), connection.cursor() as cursor:
        with pytest.raises(locks.Busy) as refused:
            locks.take(cursor, exclusive=[locks.calls(3)], wait_s=0.05)
        cursor.execute("SELECT current_setting('lock_timeout')")
        assert cursor.fetchone() == ("0",)
    assert str(refused.value) == (
        f"“worker” (database process {other.info.backend_pid}) has been at the calls of this telephone system for 0 s. "
        "Try again later."
    )
    other.rollback()
    with taken(exclusive=(locks.calls(3),)):
        pass


def test_who_waits_in_vain_for_a_migration_is_told_what_may_be_seen_of_it() -> None:
    """Of another role's session its name and number, not since when."""
    with another_connection(owner=True) as migration:
        migration.execute("SET application_name = 'manage'")
        migration.execute("SELECT pg_advisory_xact_lock(%s, %s)", locks.VERDICTS)
        with (
            transaction.atomic(),
            connection.cursor() as cursor,
            pytest.raises(locks.Busy, match=rf"“manage” \(database process {migration.info.backend_pid}\) .* for 0 s"),
        ):
            locks.take(cursor, exclusive=[locks.VERDICTS], wait_s=0.05)


def test_who_waits_long_enough_goes_on_with_the_time_outs_of_before(other: Other) -> None:
    other.autocommit = False
    other.execute("SELECT pg_advisory_xact_lock(%s, %s)", locks.VERDICTS)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '7s'")
        threading.Timer(0.1, other.rollback).start()
        locks.take(cursor, exclusive=[locks.VERDICTS], wait_s=10)
        cursor.execute("SELECT current_setting('lock_timeout')")
        assert cursor.fetchone() == ("7s",)
        with another_connection() as third:
            assert answer(third, FREE, locks.VERDICTS) is False


def test_a_key_is_taken_if_free_without_waiting(other: Other) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        assert locks.take_if_free(cursor, locks.VERDICTS)
        assert answer(other, FREE, locks.VERDICTS) is False
    other.autocommit = False
    other.execute("SELECT pg_advisory_xact_lock(%s, %s)", locks.VERDICTS)
    with transaction.atomic(), connection.cursor() as cursor:
        assert not locks.take_if_free(cursor, locks.VERDICTS)
    other.rollback()


def test_those_who_hold_a_key_are_waited_for_and_nobody_stands_behind_us(
    other: Other, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert locks.others_have_ended(locks.IMPORTS, wait_s=0)
    other.autocommit = False
    other.execute("SELECT pg_advisory_xact_lock_shared(%s, %s)", locks.IMPORTS)
    assert not locks.others_have_ended(locks.IMPORTS, wait_s=0)
    holders, asked = locks.holders, list[list[str]]()

    with another_connection() as later:

        def holders_and_more(cursor: CursorWrapper, key: locks.Key) -> list[str]:
            """Another begins after they are listed, and the first one ends after they are looked for again."""
            asked.append(holders(cursor, key))
            if len(asked) == 1:
                assert answer(later, FREE_TO_SHARE, key) is True
            else:
                other.rollback()
            return asked[-1]

        monkeypatch.setattr(locks, "holders", holders_and_more)
        assert locks.others_have_ended(locks.IMPORTS, wait_s=30)
        assert [len(found) for found in asked] == [1, 2, 1]


def test_a_session_holds_a_key_over_its_transactions(other: Other) -> None:
    with locks.held(locks.import_worker(3)) as mine:
        with transaction.atomic():
            pass
        assert mine
        assert answer(other, FREE, locks.import_worker(3)) is False
    assert answer(other, FREE, locks.import_worker(3)) is True


def test_a_session_that_finds_the_key_taken_leaves_it_alone(other: Other) -> None:
    other.execute("SELECT pg_advisory_lock(%s, %s)", locks.import_worker(3))
    with locks.held(locks.import_worker(3)) as mine:
        assert not mine
    with locks.held(locks.import_worker(3)) as mine:
        assert not mine
    other.execute("SELECT pg_advisory_unlock(%s, %s)", locks.import_worker(3))


def test_every_family_has_words_and_a_number_of_its_own() -> None:
    assert set(locks.WORDS) == set(locks.Family)
    numbers = [int(family) for family in locks.Family.__members__.values()]  # which lists two of one number, too
    assert sorted(set(numbers)) == sorted(numbers)
