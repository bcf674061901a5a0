"""Processor time beside the wall clock's, which says little on a machine that others use too."""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
from django.db import connection

HERE = ("", "localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, kw_only=True)
class Cost:
    """Seconds by the wall clock and of processors, those of the database where it runs on this machine.

    `python_s`: this process. `backend_s`: the database's process of this connection, but for parallel workers.
    `server_s`: all processes of the database, whoever they work for.
    """

    seconds: float
    python_s: float
    backend_s: float
    server_s: float

    @property
    def processors(self) -> dict[str, float]:
        return {"python_s": round(self.python_s, 2), "server_s": round(self.server_s, 2)}

    @property
    def processor_s(self) -> float:
        return round(self.python_s + self.backend_s, 2)


def costed(work: Callable[[], object]) -> Cost:
    """For work of a second or more: to count the whole server takes some milliseconds."""
    pid, worked = backend()
    server_before = server_s(pid)
    spent, began = time.process_time(), time.perf_counter()
    work()
    seconds, python_s = time.perf_counter() - began, time.process_time() - spent
    pid_now, worked_now = backend()
    return Cost(
        seconds=seconds,
        python_s=python_s,
        # A session that began meanwhile has done all it has done for this work.
        backend_s=worked_now - worked if pid_now == pid else worked_now,
        server_s=server_s(pid_now) - server_before,
    )


def backend() -> tuple[int, float]:
    """The database's process of this connection and the seconds it has worked; zeros where it runs elsewhere."""
    connection.ensure_connection()
    info = connection.connection.info
    is_here = info.host in HERE or info.host.startswith("/")
    pid: int = info.backend_pid
    if not is_here or not psutil.pid_exists(pid) or not psutil.Process(pid).name().startswith("postgres"):
        return 0, 0.0
    return pid, worked_s(pid)


def worked_s(pid: int) -> float:
    """To the nanosecond where Linux tells; else to the hundredth of a second."""
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9
    except (OSError, ValueError, IndexError):
        times = psutil.Process(pid).cpu_times()
        return float(times.user + times.system)


def server_s(pid: int) -> float:
    """Of the server that `pid` belongs to: its first process, which knows of those that have ended, and all others."""
    if not pid:
        return 0.0
    first = psutil.Process(pid).parent()
    if first is None:
        return 0.0
    times = first.cpu_times()
    found = times.user + times.system + times.children_user + times.children_system
    for other in first.children():
        with suppress(psutil.NoSuchProcess):
            found += worked_s(other.pid)
    return float(found)
