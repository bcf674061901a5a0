import signal
import socket
import struct

import pytest
from gunicorn.config import Config
from gunicorn.glogging import Logger

from crm.web_worker import STALLED_S, Worker, give_up_stalled, kind_of, peek


@pytest.mark.parametrize(
    ("asked", "kind"),
    [
        (None, "page"),
        (b"", "page"),
        (b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n", "probe"),
        (b"HEAD /healthz?at=1 HTTP/1.0\r\n\r\n", "probe"),
        (b"GET /healthz HTTP/1.1\r\nHost: a\r\n", "upload"),
        (b"GET /healthzilla HTTP/1.1\r\n\r\n", "page"),
        (b"GET /me/?next=/healthz HTTP/1.1\r\n\r\n", "page"),
        (b"POST /healthz HTTP/1.1\r\n\r\n", "page"),
        (b"POST /tasks/ HTTP/1.1\r\nContent-Length: 3\r\n\r\na=1", "page"),
        (b"POST /tasks/ HTTP/1.1\r\ncontent-length:3\r\n\r\na=", "upload"),
        (b"POST /tasks/ HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\na=1\r\n0\r\n\r\n", "upload"),
        (b"GET /customers/export/?q=a HTTP/1.1\r\n\r\n", "file"),
        (b"GET /files/7/ HTTP/1.1\r\n\r\n", "file"),
        (b"GET /files/7/delete/ HTTP/1.1\r\n\r\n", "page"),
        (b"GET /kpis/asa/series.csv?by=day HTTP/1.1\r\n\r\n", "file"),
        (b"GET /customers/?next=/export/ HTTP/1.1\r\n\r\n", "page"),
        (b"GET /api/v1/customers HTTP/1.1\r\n\r\n", "api"),
        (b"PUT /api/v1/orders/shop/1 HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}", "api"),
        (b"PUT /api/v1/orders/shop/1 HTTP/1.1\r\nContent-Length: 2\r\n\r\n{", "upload"),
        (b"GET /customers/?next=/api/v1/ HTTP/1.1\r\n\r\n", "page"),
    ],
)
def test_each_kind_of_request_has_threads_of_its_own(asked: bytes | None, kind: str) -> None:
    assert kind_of(asked) == kind


def test_who_neither_sends_nor_takes_is_given_up() -> None:
    near, far = socket.socketpair()
    with near, far:
        give_up_stalled(near)
        for option in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
            assert struct.unpack("ll", near.getsockopt(socket.SOL_SOCKET, option, 16)) == (STALLED_S, 0)


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
