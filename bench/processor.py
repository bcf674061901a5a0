"""Processor time beside the wall clock's, which says little on a machine that others use too."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import psutil
from django.db import connection


@dataclass(frozen=True, kw_only=True)
class Cost:
    """Seconds by the wall clock and of processors: this process and its database backend, if that runs here."""

    seconds: float
    processor_s: float


def costed(work: Callable[[], object]) -> Cost:
    began, spent = time.perf_counter(), _spent()
    work()
    return Cost(seconds=time.perf_counter() - began, processor_s=round(_spent() - spent, 2))


def _spent() -> float:
    """Of a query's parallel workers nothing is counted."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid(), inet_server_addr() IS NULL OR inet_server_addr() = inet_client_addr()")
        pid, here = cursor.fetchone()
    if not here:
        return time.process_time()
    times = psutil.Process(pid).cpu_times()
    return float(time.process_time() + times.user + times.system)
