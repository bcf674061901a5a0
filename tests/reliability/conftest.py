import multiprocessing
import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest
from django.db import connections

from crm.embedded import services
from tests.running import Run

Begin = Callable[[Callable[[], object]], BaseProcess]


@pytest.fixture(scope="session")
def var() -> Iterator[Path]:
    """A state directory for one after the other; who comes first starts from nothing."""
    place = Path(tempfile.mkdtemp(prefix="baseline-run-", dir="/var/tmp"))
    place.chmod(0o755)
    yield place
    services.forget(place)
    shutil.rmtree(place)


@pytest.fixture
def run(var: Path) -> Iterator[Run]:
    made = Run(var)
    yield made
    if made.process and made.process.poll() is None:
        made.end(signal.SIGTERM)


@pytest.fixture
def begin() -> Iterator[Begin]:
    """Work in a process of its own, a copy of this one."""
    begun: list[BaseProcess] = []

    def one(work: Callable[[], object]) -> BaseProcess:
        connections.close_all()
        process = multiprocessing.get_context("fork").Process(target=_alone, args=[work])
        process.start()
        begun.append(process)
        return process

    yield one
    for process in begun:
        process.kill()
        process.join()


def _alone(work: Callable[[], object]) -> None:
    """With connections of its own. Where a browser's event loop runs, Django keeps those of before it apart, and in the
    copy, where none runs, takes them up again: they are the other process's.
    """
    others = []
    for inherited in connections.all(initialized_only=True):
        others.append(inherited.connection)  # not to be closed either
        inherited.connection = None
    code = 1
    try:
        work()
        code = 0
    finally:
        os._exit(code)
