from typing import Any

import pytest

from crm.common.working import Progress
from customers.importing.progress import LOOK, RUNNING, last_mapping, progress
from customers.importing.sql import BUCKETS
from customers.models import ImportBatch
from tests.factories.importing import ImportBatchFactory, SourceSystemFactory

MAPPING = {"columns": {"name": "Firma"}}


def of(state: str, **fields: int) -> Progress:
    return progress(ImportBatch(state=state, **fields))


def test_every_state_has_its_look_and_those_that_go_on_have_words() -> None:
    assert set(LOOK) == set(ImportBatch.State)
    labels = {state: of(state).label for state in ImportBatch.State}
    assert {state for state, label in labels.items() if label} == set(RUNNING)
    assert labels[ImportBatch.State.QUEUED] == "Waiting for a worker"
    assert (labels[ImportBatch.State.STAGING], labels[ImportBatch.State.APPLYING]) == (
        "Reading the file", "Applying the rows",
    )  # fmt: skip
    assert {state for state in ImportBatch.State if of(state).running} == RUNNING


@pytest.mark.parametrize(
    ("state", "fields", "done"),
    [
        ("uploaded", {}, 0),
        ("queued", {"bytes_total": 100}, 0),
        ("staging", {}, 0),  # of an empty file there is nothing to read
        ("staging", {"bytes_total": 100, "bytes_read": 1}, 0),
        ("staging", {"bytes_total": 100, "bytes_read": 3}, 2),
        ("staging", {"bytes_total": 100, "bytes_read": 100}, 50),
        ("staging", {"bytes_total": 100, "bytes_read": 250}, 50),  # it has grown meanwhile
        ("applying", {"bytes_total": 100, "bytes_read": 100, "buckets_done": BUCKETS // 2}, 75),
        ("applying", {"buckets_done": BUCKETS}, 50),
        ("done", {}, 100),
        ("failed", {"bytes_total": 100, "bytes_read": 3}, 100),
    ],
)
def test_reading_is_the_first_half_and_applying_the_second(state: str, fields: dict[str, int], done: int) -> None:
    found = of(state, **fields)
    assert (found.done, found.total) == (done, 100)


@pytest.fixture
def batch(db: None) -> ImportBatch:
    """The next file of a shop."""
    earlier = {"system": SourceSystemFactory.create(key="shop"), "mapping": MAPPING, "state": "done"}
    ImportBatchFactory.create(**earlier)
    ImportBatchFactory.create(**earlier | {"mapping": {}})  # its headers were the columns' names
    return ImportBatchFactory.create(**earlier | {"mapping": {}, "state": "uploaded"})


def test_the_newest_mapping_of_its_kind_and_source_is_the_last(batch: ImportBatch) -> None:
    assert last_mapping(batch) == MAPPING
    newer = ImportBatchFactory.create(system=batch.system, mapping={"date": "%d"}, state="failed")
    assert last_mapping(batch) == MAPPING  # it is not of before
    ImportBatch.objects.filter(pk=batch.pk).delete()
    batch = ImportBatchFactory.create(system=newer.system)
    assert last_mapping(batch) == {"date": "%d"}


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "orders"},
        {"mapping": {}},
        {"state": "uploaded"},  # nobody has confirmed it
        {"system": None},
    ],
)
def test_where_there_was_none_it_is_empty(batch: ImportBatch, fields: dict[str, Any]) -> None:
    other = {"system": SourceSystemFactory.create()} if "system" in fields else fields
    ImportBatch.objects.exclude(pk=batch.pk).update(**other)
    assert last_mapping(batch) == {}
