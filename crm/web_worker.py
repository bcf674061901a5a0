"""The web server's worker: gunicorn's threads for pages, and others for what takes its time, or may have to wait.

Who sends a large file over a slow line holds a thread all the while, as does who takes one. They have threads of their
own, so that pages go on. One more answers /healthz while all others wait.
"""

import errno
import re
import socket
import struct
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from selectors import EVENT_READ
from time import monotonic
from types import FrameType

from gunicorn.workers.gthread import TConn, ThreadWorker

FIRST_BYTES_S = 10.0
# Whole: who sends the rest of a header later, or never, would hold the one thread.
PROBE = re.compile(rb"(GET|HEAD) /healthz[ ?].*\r\n\r\n", re.DOTALL)
PEEKED_BYTES = 65_536
LENGTH = re.compile(rb"\r\nContent-Length:[ \t]*(\d{1,18})", re.IGNORECASE)
CHUNKED = re.compile(rb"\r\nTransfer-Encoding:", re.IGNORECASE)
FILE = re.compile(rb"GET [^? ]*(/export/|/file/|/files/\d+/|\.csv)[? ]")
"""The addresses of what is sent as a file."""
API = re.compile(rb"[A-Z]+ /api/v1/")
"""Writes wait for the locks of imports."""
UPLOADS, FILES, APIS = 16, 4, 8
"""Threads of a worker for requests that are still arriving, for files that go out, and for the API."""
STALLED_S = 60
"""Who neither sends nor takes a byte for so long is given up."""


class Worker(ThreadWorker):  # type: ignore[misc]  # it has no types
    """Whoever asks whether the process lives is not made to queue behind pages that wait for a locked table: that would
    have a load balancer or a container's keeper end a process which only has much to do.
    """

    def init_process(self) -> None:
        self.spare = ThreadPoolExecutor(max_workers=1)
        self.uploads = ThreadPoolExecutor(max_workers=UPLOADS)
        self.files = ThreadPoolExecutor(max_workers=FILES)
        self.apis = ThreadPoolExecutor(max_workers=APIS)
        super().init_process()

    def enqueue_req(self, conn: TConn) -> None:
        """Called with a connection that is new, or has something to read. What is asked decides which threads do it."""
        begin = peek(conn.sock)
        if begin is None and not conn.initialized:
            self.wait_for_first_bytes(conn)
            return
        give_up_stalled(conn.sock)
        own = {"probe": self.spare, "upload": self.uploads, "file": self.files, "api": self.apis, "page": self.tpool}
        own[kind_of(begin)].submit(self.handle, conn).add_done_callback(partial(self.hand_back, conn))

    def wait_for_first_bytes(self, conn: TConn) -> None:
        """In the poller, not in a thread as gunicorn does it: `enqueue_req` is called again when there are some."""
        conn.sock.setblocking(False)
        conn.timeout = monotonic() + FIRST_BYTES_S
        self.pending_conns.append(conn)
        self.poller.register(conn.sock, EVENT_READ, partial(self.on_pending_socket_readable, conn))

    def handle_quit(self, sig: int, frame: FrameType | None) -> None:
        """End at once. gunicorn's would shut the pool of threads down first, and wait for ever for a lock that what was
        interrupted holds: the same at the signal before, as Ctrl-C is told by the terminal and by the arbiter. The end
        of the process does that.
        """
        super(ThreadWorker, self).handle_quit(sig, frame)

    def hand_back(self, conn: TConn, done: "Future[object]") -> None:
        self.method_queue.defer(self.finish_request, conn, done)


def kind_of(begin: bytes | None) -> str:
    """By the first bytes of a request what it takes: "probe", "upload" (of which something is still to come), "file",
    "api" or "page".
    """
    if not begin:
        return "page"
    if PROBE.match(begin):
        return "probe"
    head, ended, body = begin.partition(b"\r\n\r\n")
    length = LENGTH.search(head)
    if not ended or CHUNKED.search(head) or (length and int(length[1]) > len(body)):
        return "upload"
    if API.match(head):
        return "api"
    return "file" if FILE.match(head) else "page"


def give_up_stalled(sock: socket.socket) -> None:
    for option in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
        sock.setsockopt(socket.SOL_SOCKET, option, struct.pack("ll", STALLED_S, 0))


def peek(sock: socket.socket) -> bytes | None:
    """The first bytes waiting in a socket, which stay there; None when there are none yet, empty when it was closed."""
    try:
        return sock.recv(PEEKED_BYTES, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    except OSError as error:
        return None if error.errno in {errno.EAGAIN, errno.EWOULDBLOCK} else b""
