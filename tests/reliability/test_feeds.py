"""A feed killed with -9 at any point is gone on with, and ends as if nothing had been."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from customers.importing.feeds import reading
from customers.models import Customer, Feed, FeedFile, ImportBatch
from customers.tasks import resume_imports
from tests.customers.importing.files import counts, write_csv
from tests.factories.importing import FeedFactory
from tests.reliability.conftest import Begin

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning"),
]
ROWS = 12_000
WaitFor = Callable[[Callable[[], object]], None]


@pytest.fixture
def feed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Feed:
    """Of a folder with two files, both seen a while ago."""
    root = tmp_path / "feeds"
    root.mkdir()
    settings.MEDIA_ROOT = tmp_path / "uploads"
    monkeypatch.setenv("CRM_FEED_FOLDERS", str(root))
    for name, city in (("1.csv", "Rome"), ("2.csv", "Oslo")):
        rows = [[f"c{number}", f"Customer {number}", city] for number in range(ROWS)]
        write_csv(root / name, "external_id,name,city", rows)
    feed = FeedFactory.create(folder=str(root), next_at=timezone.now())
    reading.read_feed(feed_id=feed.pk)
    FeedFile.objects.update(seen_at=timezone.now() - timedelta(minutes=5))
    Feed.objects.update(next_at=timezone.now())
    return feed


def reached(*, batches: int, state: str, rows: int = 0, buckets: int = 0) -> bool:
    last = ImportBatch.objects.order_by("pk").last()
    return (
        last is not None and ImportBatch.objects.count() == batches and last.state == state
        and last.rows >= rows and last.buckets_done >= buckets
    )  # fmt: skip


def is_over(feed: Feed) -> bool:
    reading.read_feed(feed_id=feed.pk)
    resume_imports()
    return not FeedFile.objects.exclude(state=FeedFile.State.DONE).exists()


def test_killed_anywhere_it_ends_as_if_nothing_had_been(feed: Feed, begin: Begin, wait_for: WaitFor) -> None:
    points: tuple[dict[str, Any], ...] = (
        {"batches": 1, "state": "staging"},
        {"batches": 1, "state": "applying"},
        {"batches": 1, "state": "applying", "buckets": 1},
        {"batches": 2, "state": "staging", "rows": 5_000},
        {"batches": 2, "state": "applying", "buckets": 1},
    )
    for point in points:
        process = begin(partial(reading.read_feed, feed_id=feed.pk))
        wait_for(partial(reached, **point))
        process.kill()
        process.join()
    feed.refresh_from_db()
    assert feed.state == "reading"

    wait_for(partial(is_over, feed))

    assert [counts(batch) for batch in ImportBatch.objects.order_by("pk")] == [
        {"rows": ROWS, "created": ROWS}, {"rows": ROWS, "updated": ROWS},
    ]  # fmt: skip
    assert (Customer.objects.count(), Customer.objects.filter(city="Oslo").count()) == (ROWS, ROWS)
    assert list(FeedFile.objects.order_by("pk").values_list("name", "state")) == [("1.csv", "done"), ("2.csv", "done")]


def test_the_sweeper_of_the_imports_and_the_feed_do_not_do_it_twice(
    feed: Feed, begin: Begin, wait_for: WaitFor
) -> None:
    process = begin(partial(reading.read_feed, feed_id=feed.pk))
    wait_for(partial(reached, batches=1, state="applying", buckets=1))
    process.kill()
    process.join()
    resume_imports()
    assert ImportBatch.objects.get().state == "done"
    wait_for(partial(is_over, feed))
    assert (ImportBatch.objects.count(), Customer.objects.count()) == (2, ROWS)
