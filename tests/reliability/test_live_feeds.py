"""A feed by the running product: beat asks, a worker reads; killed in the middle, another goes on."""

import subprocess
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from django_celery_beat.models import IntervalSchedule, PeriodicTask, PeriodicTasks
from playwright.sync_api import Page, expect

from crm.make import programs
from customers.models import Customer, Feed, FeedFile, ImportBatch
from tests.customers.importing.files import write_csv
from tests.factories.importing import FeedFactory
from tests.live import LiveStack

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
ROWS = 12_000
HEADERS = "external_id,name,city"
Wait = Callable[..., None]


@pytest.fixture
def folder(tmp_path: Path, live_stack: LiveStack, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A root that the worker, started anew, may read."""
    root = tmp_path / "feeds"
    root.mkdir()
    monkeypatch.setenv("CRM_FEED_FOLDERS", str(root))
    live_stack.kill_worker()
    live_stack.start_worker()
    yield root
    monkeypatch.undo()
    live_stack.kill_worker()


@pytest.fixture
def beat(live_stack: LiveStack, wait_for: Wait) -> Iterator[None]:
    """That asks for feeds each second, so that nobody waits for a minute."""
    process: subprocess.Popen[bytes] = live_stack._start("beat", programs.beat_command())
    try:
        wait_for(lambda: "Schedule changed" in live_stack.log("beat", whole=True), seconds=60)
        each_second, _made = IntervalSchedule.objects.get_or_create(every=1, period=IntervalSchedule.SECONDS)
        PeriodicTask.objects.filter(name="read-feeds").update(interval=each_second)
        PeriodicTasks.update_changed()
        yield
    finally:
        process.terminate()
        process.wait(timeout=20)


def as_of_long_ago() -> bool:
    """What was seen was seen a while ago, and the feed is due; → whether there is such a file."""
    seen = FeedFile.objects.filter(state="resting").update(seen_at=timezone.now() - timedelta(minutes=5))
    Feed.objects.update(next_at=timezone.now())
    return bool(seen)


def state_of(name: str) -> str:
    return str(FeedFile.objects.filter(name=name).values_list("state", flat=True).first())


@pytest.mark.usefixtures("beat")
def test_what_is_dropped_is_read_once_whatever_becomes_of_the_worker(
    folder: Path, live_stack: LiveStack, page_for: Callable[[str], Page], wait_for: Wait
) -> None:
    feed = FeedFactory.create(name="Nightly export", folder=str(folder), next_at=timezone.now())
    write_csv(folder / "1.csv", HEADERS, [[f"c{number}", f"Customer {number}", "Rome"] for number in range(ROWS)])
    wait_for(as_of_long_ago, seconds=60)
    wait_for(ImportBatch.objects.filter(state="applying", buckets_done__gte=1).exists, seconds=60)
    live_stack.kill_worker()
    assert state_of("1.csv") == "reading"
    live_stack.start_worker()
    wait_for(lambda: state_of("1.csv") == "done", seconds=120)
    assert Customer.objects.count() == ROWS

    (folder / "broken.csv").write_bytes(b"external_id,na\0me\n1,Ada\n")
    wait_for(as_of_long_ago, seconds=60)
    wait_for(lambda: state_of("broken.csv") == "failed", seconds=60)
    Feed.objects.update(next_at=timezone.now())
    wait_for(lambda: Feed.objects.get().next_at > timezone.now() and Feed.objects.get().state == "failed", seconds=60)
    assert (ImportBatch.objects.count(), FeedFile.objects.count()) == (2, 2)  # each once, however often it was looked

    page = page_for("administrator")
    page.goto(f"{live_stack.url}/imports/feeds/")
    expect(page.get_by_role("row", name="Nightly export")).to_contain_text("NUL")
    page.goto(f"{live_stack.url}{feed.get_absolute_url()}")
    expect(page.get_by_role("row", name="1.csv")).to_contain_text("12,000")
