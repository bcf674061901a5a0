"""The product's own programs on the benchmarks' database, started as `make run` does and stopped whatever happens."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import psutil
from django.conf import settings

from crm.embedded import processes
from crm.embedded.places import var_dir
from crm.make import programs
from crm.make.programs import Child

HOST = "127.0.0.1"
START_S, REST_S, POLL_S = 60.0, 20.0, 0.5


@contextmanager
def served() -> Iterator[tuple[Child, int]]:
    """The web server, answering at that port."""
    port = processes.free_port()
    web = Child("web", programs.web_command(host=HOST, port=port), log("web"))
    with running([web]):
        processes.wait_until(lambda: processes.answers(port, host=HOST) or web.died() is not None, seconds=START_S)
        assert processes.answers(port, host=HOST), web.last_words()
        yield web, port


@contextmanager
def background() -> Iterator[tuple[Child, Child]]:
    """Worker and beat, once both have come up."""
    worker = Child("worker", programs.worker_command(), log("worker"))
    beat = Child("beat", programs.beat_command(), log("beat"))
    with running([worker, beat]):
        for child, word in ((worker, " ready."), (beat, "beat: Starting")):
            assert processes.wait_until(partial(has_said, child, word), seconds=START_S), child.last_words()
        yield worker, beat


@contextmanager
def running(children: Sequence[Child]) -> Iterator[None]:
    try:
        for child in children:
            child.start()
        yield
    finally:
        programs.stop(list(children))


def log(name: str) -> Path:
    """An empty one."""
    folder = var_dir() / "log"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"bench-{name}.log"
    path.write_bytes(b"")
    return path


def has_said(child: Child, word: str) -> bool:
    return word in child.log.read_text(errors="replace")


def pid(child: Child) -> int:
    assert child.process is not None
    return child.process.pid


def family(first: int) -> list[int]:
    """The process and all below it, itself first."""
    return [first, *(one.pid for one in psutil.Process(first).children(recursive=True))]


def pss_mb(of: int) -> float:
    """Memory of a process, its part of what it shares with others included."""
    for line in Path(f"/proc/{of}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    raise LookupError(f"No Pss of process {of}")


def at_rest(pids: Sequence[int]) -> None:
    """Wait until none of them works any more, for some seconds at most."""
    last = [worked(pids)]

    def rests() -> bool:
        processes.wait_until(lambda: False, seconds=POLL_S)
        before, last[0] = last[0], worked(pids)
        return last[0] - before < POLL_S / 50

    processes.wait_until(rests, seconds=REST_S)


def worked(pids: Sequence[int]) -> float:
    times = [psutil.Process(one).cpu_times() for one in pids]
    return float(sum(one.user + one.system for one in times))


def session_cookie(key: str) -> str:
    return f"{settings.SESSION_COOKIE_NAME}={key}"
