import json
import socket
import urllib.request
from collections.abc import Callable
from contextlib import ExitStack

import pytest

from customers.interactions.attaching import path_of
from metrics.engine.tasks import recompute
from metrics.models import RecomputeRun
from tests.conftest import UserFor
from tests.factories.notes import kept_file
from tests.live import LiveStack


@pytest.mark.django_db(transaction=True)
@pytest.mark.slow
def test_the_live_stack_serves_works_and_survives(live_stack: LiveStack, wait_for: Callable[..., None]) -> None:
    with urllib.request.urlopen(f"{live_stack.url}/readyz") as answer:
        assert json.load(answer) == {"database": "ok", "redis": "ok"}
    live_stack.stop_redis()
    with urllib.request.urlopen(f"{live_stack.url}/readyz") as answer:
        assert json.load(answer) == {"database": "ok", "redis": "down"}
    live_stack.kill_worker()
    live_stack.heal()
    with urllib.request.urlopen(f"{live_stack.url}/readyz") as answer:
        assert json.load(answer) == {"database": "ok", "redis": "ok"}
    _its_jobs_end_with_the_test(live_stack, wait_for)


def _its_jobs_end_with_the_test(live_stack: LiveStack, wait_for: Callable[..., None]) -> None:
    """The worker has just started, and does what every sweeper does."""
    with live_stack.sender.connection() as broker:
        recompute.apply_async(countdown=5, connection=broker)  # more than a busy machine needs to see it
    live_stack.settle()
    before = RecomputeRun.objects.count()
    wait_for(lambda: "Discarding revoked task: metrics.engine.tasks.recompute" in live_stack.log("worker"))
    assert RecomputeRun.objects.count() == before > 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.slow
def test_slow_uploads_and_downloads_hold_nobody_up(live_stack: LiveStack, user_for: UserFor) -> None:
    """More of them than there are threads for pages, none of which ends before a page has been answered."""
    cookies = "; ".join(f"{one['name']}={one['value']}" for one in live_stack.sign_in_cookies(user_for("manager")))
    cookies += f"; csrftoken={'a' * 32}"
    attachment = kept_file()
    with path_of(attachment).open("wb") as file:
        file.truncate(64_000_000)
    upload = f"POST /imports/new/ HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookies}\r\nContent-Length: 9000000\r\n"
    upload += "Content-Type: multipart/form-data; boundary=x\r\n\r\n--x\r\n"
    download = f"GET /files/{attachment.pk}/ HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookies}\r\n\r\n"
    with ExitStack() as slow:
        for asked in [upload] * 12 + [download] * 6:
            client = slow.enter_context(socket.create_connection(("127.0.0.1", live_stack.port), timeout=20))
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.sendall(asked.encode())
        assert client.recv(15) == b"HTTP/1.1 200 OK"  # the last download has begun, and nobody takes the rest
        for _request in range(8):
            page = urllib.request.Request(f"{live_stack.url}/customers/", headers={"Cookie": cookies})
            with urllib.request.urlopen(page, timeout=20) as answer:
                assert answer.status == 200
    path_of(attachment).unlink()
