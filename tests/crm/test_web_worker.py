import signal
import socket

import pytest
from gunicorn.config import Config
from gunicorn.glogging import Logger

from crm.web_worker import PROBE, Worker, peek


@pytest.mark.parametrize(
    ("asked", "probe"),
    [
        (b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n", True),
        (b"HEAD /healthz?at=1 HTTP/1.0\r\n\r\n", True),
        (b"GET /healthz HTTP/1.1\r\nHost: a\r\n", False),
        (b"GET /healthzilla HTTP/1.1\r\n\r\n", False),
        (b"GET /me/?next=/healthz HTTP/1.1\r\n\r\n", False),
        (b"POST /healthz HTTP/1.1\r\n\r\n", False),
    ],
)
def test_only_a_whole_question_after_health_goes_to_the_spare_thread(asked: bytes, probe: bool) -> None:
    assert (PROBE.match(asked) is not None) is probe


def test_what_is_looked_at_is_still_there_to_be_read() -> None:
    near, far = socket.socketpair()
    with near, far:
        assert peek(near) is None
        far.sendall(b"GET /")
        assert (peek(near), peek(near), near.recv(9)) == (b"GET /", b"GET /", b"GET /")
        far.close()
        assert peek(near) == b""


def test_a_signal_ends_it_in_the_midst_of_the_one_before() -> None:
    config = Config()
    worker = Worker(age=1, ppid=1, sockets=[], app=None, timeout=60, cfg=config, log=Logger(config))
    worker.tpool = worker.get_thread_pool()
    with worker.tpool._shutdown_lock, pytest.raises(SystemExit):
        worker.handle_quit(signal.SIGINT, None)
    worker.tpool.shutdown()
    worker.tmp.close()
