"""Jobs are shared out over threads, each once, and what one of them fails of is told."""

import threading
from typing import Any

import pytest
from django.db import connection, transaction

from metrics.engine.sharing import share_out


@pytest.fixture
def workers(settings: Any) -> int:
    settings.KPI_RECOMPUTE_WORKERS = 2
    return 2


class Work:
    """Notes who did which job; the first jobs wait until as many workers are at it as there should be."""

    def __init__(self, at_once: int) -> None:
        self.together = threading.Barrier(at_once, timeout=10)
        self.done: list[int] = []
        self.by: set[int] = set()

    def __call__(self, job: int) -> None:
        if job < self.together.parties:
            self.together.wait()
        self.done.append(job)
        self.by.add(threading.get_ident())


def test_as_many_are_at_it_as_there_are_workers_and_each_job_is_done_once(workers: int) -> None:
    work = Work(workers)
    share_out(range(20), work=work)

    assert sorted(work.done) == list(range(20))
    assert len(work.by) == workers
    assert threading.get_ident() not in work.by


@pytest.mark.parametrize(("jobs", "of"), [(0, 2), (1, 2), (5, 1)])
def test_one_worker_is_who_asks_and_keeps_the_order(jobs: int, of: int, settings: Any) -> None:
    settings.KPI_RECOMPUTE_WORKERS = of
    work = Work(1)
    share_out(range(jobs), work=work)

    assert work.done == list(range(jobs))
    assert work.by <= {threading.get_ident()}


@pytest.mark.django_db
def test_inside_a_transaction_that_threads_cannot_see_nothing_is_shared(workers: int) -> None:
    work = Work(1)
    with transaction.atomic():
        share_out(range(5), work=work)
    assert (work.done, work.by) == (list(range(5)), {threading.get_ident()})


def test_what_fails_is_told_and_every_worker_lets_its_connection_go(
    workers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed: list[int] = []
    monkeypatch.setattr(type(connection), "close", lambda _self: closed.append(threading.get_ident()), raising=False)

    def work(job: int) -> None:
        together.wait()
        if job == 1:
            raise ZeroDivisionError

    together = threading.Barrier(workers, timeout=10)
    with pytest.raises(ZeroDivisionError):
        share_out(range(workers), work=work)
    assert len(set(closed)) == workers
