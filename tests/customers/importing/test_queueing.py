from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from crm.common import jobs
from customers.importing.batches import AlreadyStarted
from customers.importing.mapping import MappingError
from customers.importing.opening import Unreadable
from customers.importing.queueing import queue
from customers.importing.tasks import run_import
from customers.models import ImportBatch
from tests.factories.importing import ImportBatchFactory

pytestmark = pytest.mark.django_db
OnCommit = Callable[..., AbstractContextManager[list[Callable[[], object]]]]
MAPPING = {"columns": {"external_id": "Nr", "name": "Firma"}}


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """What is handed to the broker."""
    sent: list[tuple[Any, ...]] = []
    monkeypatch.setattr(jobs, "_send", lambda *given: sent.append(given))
    return sent


@pytest.fixture
def batch(tmp_path: Path) -> ImportBatch:
    (tmp_path / "c.csv").write_text("Nr,Firma\n1,Acme\n")
    return ImportBatchFactory.create(path=str(tmp_path / "c.csv"))


def stored() -> tuple[str, dict[str, Any], bool]:
    return ImportBatch.objects.values_list("state", "mapping", "dry_run").get()


@pytest.mark.parametrize("dry_run", [False, True])
def test_it_is_on_record_before_a_worker_is_woken_for_it(
    dry_run: bool, batch: ImportBatch, sent: list[tuple[Any, ...]], django_capture_on_commit_callbacks: OnCommit
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        queue(batch=batch, mapping=MAPPING, dry_run=dry_run)
        assert (stored(), sent) == (("queued", MAPPING, dry_run), [])
    assert sent == [(run_import, {"batch_id": batch.pk}, 0)]
    assert (batch.state, batch.dry_run) == ("queued", dry_run)


def test_whose_headers_are_known_is_not_opened_again(batch: ImportBatch) -> None:
    Path(batch.path).unlink()
    with pytest.raises(Unreadable):
        queue(batch=batch, mapping=MAPPING)
    with pytest.raises(MappingError):
        queue(batch=batch, mapping=MAPPING, headers=["Nr", "Name"])
    assert stored() == ("uploaded", {}, False)
    queue(batch=batch, mapping=MAPPING, headers=["Nr", "Firma"])
    assert stored() == ("queued", MAPPING, False)


@pytest.mark.parametrize("state", ["queued", "staging", "applying", "done", "failed"])
def test_one_that_was_started_is_not_started_again_and_nobody_is_woken(
    state: str, batch: ImportBatch, sent: list[tuple[Any, ...]], django_capture_on_commit_callbacks: OnCommit
) -> None:
    ImportBatch.objects.update(state=state)
    with django_capture_on_commit_callbacks(execute=True), pytest.raises(AlreadyStarted, match="was started before"):
        queue(batch=batch, mapping=MAPPING)
    assert (stored(), sent) == ((state, {}, False), [])
