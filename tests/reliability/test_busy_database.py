"""A table is locked, sessions are cut: pages say so or do not notice, and whoever asks whether we live is answered."""

import http.client
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from django.db import connection

from accounts.models import User
from tests.database import another_connection
from tests.live import LiveStack

READERS = 20
Cookies = dict[str, str]


def ask(live_stack: LiveStack, path: str, cookies: Cookies | None = None) -> tuple[int, str, float]:
    """(status, page, seconds it took)."""
    began = time.monotonic()
    asked = http.client.HTTPConnection("127.0.0.1", live_stack.port, timeout=60)
    header = "; ".join(f"{name}={value}" for name, value in (cookies or {}).items())
    asked.request("GET", path, headers={"Cookie": header} if header else {})
    answer = asked.getresponse()
    page = answer.read().decode()
    asked.close()
    return answer.status, page, time.monotonic() - began


@pytest.fixture
def cookies(live_stack: LiveStack, user_for: Callable[[str], User]) -> Cookies:
    return {cookie["name"]: cookie["value"] for cookie in live_stack.sign_in_cookies(user_for("sales"))}


@contextmanager
def locked(table: str) -> Iterator[None]:
    with another_connection() as other:
        other.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        yield
        other.rollback()


def test_health_is_answered_while_every_thread_waits_for_a_locked_table(
    live_stack: LiveStack, cookies: Cookies, wait_for: Callable[..., None]
) -> None:
    with ThreadPoolExecutor(READERS) as pool:
        with locked("accounts_user"):
            readers = [pool.submit(ask, live_stack, "/me/", cookies) for _ in range(READERS)]
            wait_for(lambda: sessions_that_wait() >= 4)
            health = [ask(live_stack, "/healthz") for _ in range(5)]
            pages = [reader.result() for reader in readers[:4]]
        rest = [reader.result() for reader in readers]
    assert [(status, page) for status, page, _seconds in health] == [(200, "ok")] * 5
    assert max(seconds for *_, seconds in health) < 2
    for status, page, _seconds in pages:
        assert (status, "This took too long" in page) == (503, True)
    assert {status for status, *_ in rest} <= {200, 503}
    assert ask(live_stack, "/me/", cookies)[0] == 200


def sessions_that_wait() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'web' AND wait_event_type = 'Lock'"
            " AND datname = current_database()"
        )
        return int(cursor.fetchone()[0])


def test_sessions_that_were_cut_cost_nobody_a_page(
    live_stack: LiveStack, cookies: Cookies, wait_for: Callable[..., None]
) -> None:
    for _ in range(3):
        with ThreadPoolExecutor(4) as pool:
            assert {answer[0] for answer in pool.map(lambda _: ask(live_stack, "/me/", cookies), range(8))} == {200}
        found = sessions()
        assert found
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pid) FROM unnest(%s::int[]) pid", [list(found)])
        wait_for(lambda found=found: not found & sessions())  # ended, not only told to
        pages = [ask(live_stack, "/me/", cookies) for _ in range(8)]
        assert [status for status, *_ in pages] == [200] * 8
        assert max(seconds for *_, seconds in pages) < 3


def sessions() -> set[int]:
    """Of our web server, as process ids; other tests have theirs."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity WHERE application_name = 'web' AND datname = current_database()"
        )
        return {pid for (pid,) in cursor.fetchall()}


def test_who_is_slow_to_ask_is_answered_and_holds_no_thread(live_stack: LiveStack) -> None:
    slow = [http.client.HTTPConnection("127.0.0.1", live_stack.port, timeout=60) for _ in range(8)]
    for each in slow:
        each.connect()
    assert ask(live_stack, "/readyz")[0] == 200
    for each in slow:
        each.request("GET", "/readyz")
        assert each.getresponse().status == 200
        each.close()
