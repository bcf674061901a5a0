"""A feed of a folder, read as the worker reads it."""

import gzip
import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from accounts.models import Notice
from crm.common import locks
from customers.importing import batches
from customers.importing.feeds import folders, reading, setting_up
from customers.models import Customer, Feed, FeedFile, ImportBatch
from tests.conftest import NOON, UserFor
from tests.customers.importing.feeds.world import Clock, customers, feed_of, files, read
from tests.customers.importing.files import counts
from tests.database import another_connection
from tests.factories.importing import SourceSystemFactory

pytestmark = pytest.mark.django_db


def names() -> list[str]:
    return list(Customer.objects.order_by("name").values_list("name", flat=True))


def test_a_file_is_taken_at_its_second_sight(folder: Path, clock: Clock) -> None:
    feed = feed_of(folder)
    customers(folder / "c.csv", "1,Ada")

    reading.read_feed(feed_id=feed.pk)
    assert files(feed) == [("c.csv", "resting")]
    assert names() == []
    feed.refresh_from_db()
    assert (feed.state, feed.next_at) == ("waiting", NOON + timedelta(seconds=60))

    clock.on(60)
    reading.read_feed(feed_id=feed.pk)
    file = FeedFile.objects.get()
    assert (file.state, file.batch.filename, file.batch.state) == ("done", "c.csv", "done")  # type: ignore[union-attr]
    assert names() == ["Ada"]
    feed.refresh_from_db()
    assert (feed.state, feed.error, feed.next_at) == ("waiting", "", NOON + timedelta(hours=1))


def test_a_file_that_still_grows_is_left_alone(folder: Path, clock: Clock) -> None:
    feed = feed_of(folder)
    file = customers(folder / "c.csv", "1,Ada")
    for row in ("2,Bob", "3,Cyd"):
        reading.read_feed(feed_id=feed.pk)
        clock.on(60)
        with file.open("a") as stream:
            stream.write(f"{row}\n")
        reading.read_feed(feed_id=feed.pk)
        assert (files(feed), names()) == ([("c.csv", "resting")], [])
        clock.on(59)
        reading.read_feed(feed_id=feed.pk)
    assert names() == []
    clock.on(60)
    reading.read_feed(feed_id=feed.pk)
    assert names() == ["Ada", "Bob", "Cyd"]


def test_a_file_is_read_once(folder: Path, clock: Clock) -> None:
    feed = feed_of(folder)
    file = customers(folder / "c.csv", "1,Ada")
    read(feed, clock)
    read(feed, clock)
    os.utime(file, ns=(5, 5))  # touched
    read(feed, clock)
    assert (files(feed), ImportBatch.objects.count()) == ([("c.csv", "done")], 1)
    assert not [path for path in (folder.parent / "uploads/imports").iterdir() if str(path) not in _paths()]


def _paths() -> set[str]:
    return set(ImportBatch.objects.values_list("path", flat=True))


def test_other_content_under_the_name_is_a_file_of_its_own(folder: Path, clock: Clock) -> None:
    feed = feed_of(folder)
    customers(folder / "c.csv", "1,Ada")
    read(feed, clock)
    customers(folder / "c.csv", "1,Adele")
    read(feed, clock)
    assert (files(feed), names()) == ([("c.csv", "done")] * 2, ["Adele"])


def test_the_same_content_under_another_name_is_read_again_only_if_it_may_put_something_back(
    folder: Path, clock: Clock
) -> None:
    feed = feed_of(folder)
    customers(folder / "1.csv", "1,Ada")
    read(feed, clock)
    customers(folder / "2.csv", "1,Ada")
    read(feed, clock)
    assert files(feed) == [("1.csv", "done"), ("2.csv", "same")]
    customers(folder / "3.csv", "1,Adele")
    read(feed, clock)
    customers(folder / "4.csv", "1,Ada")
    read(feed, clock)
    assert files(feed)[2:] == [("3.csv", "done"), ("4.csv", "done")]
    assert (names(), ImportBatch.objects.count()) == (["Ada"], 3)


def test_files_go_in_in_the_order_they_were_written(folder: Path, clock: Clock) -> None:
    feed = feed_of(folder)
    for name, city, at in (("a.csv", "Rome", 3), ("b.csv", "Oslo", 1), ("c.csv", "Bern", 2)):
        os.utime(customers(folder / name, f"1,Ada,{city}", header="external_id,name,city"), (at, at))
    read(feed, clock)
    assert (
        files(feed) == [("b.csv", "done"), ("c.csv", "done"), ("a.csv", "done")]
        or Customer.objects.get().city == "Rome"
    )
    assert Customer.objects.get().city == "Rome"


def test_only_names_that_fit_are_read(folder: Path, clock: Clock) -> None:
    feed = feed_of(folder, pattern="customers-*.csv")
    for name in ("customers-1.csv", "orders-1.csv", ".customers-2.csv"):
        customers(folder / name, f"{name},{name}")
    (folder / "customers-3.csv").mkdir()
    read(feed, clock)
    assert files(feed) == [("customers-1.csv", "done")]


def test_a_file_that_has_gone_before_it_was_read_is_forgotten(folder: Path, clock: Clock) -> None:
    feed = feed_of(folder)
    file = customers(folder / "c.csv", "1,Ada")
    reading.read_feed(feed_id=feed.pk)
    file.unlink()
    read(feed, clock)
    assert (files(feed), feed.error) == ([], "")


def test_a_damaged_file_says_why_and_holds_up_no_other(folder: Path, clock: Clock, user_for: UserFor) -> None:
    owner = user_for("administrator")
    feed = feed_of(folder, owner=owner)
    os.utime(customers(folder / "1.csv", "1,Ada", header="number,title"), (1, 1))
    os.utime(customers(folder / "2.csv", "1,Ada"), (2, 2))
    feed = read(feed, clock)
    assert files(feed) == [("1.csv", "failed"), ("2.csv", "done")]
    assert (feed.state, feed.failures) == ("failed", 0)
    assert feed.error.startswith("1.csv: columns: no header gives external_id, name; the file has: number, title")
    notice = Notice.objects.get()
    assert (notice.user, notice.kind, notice.url) == (owner, "feed_failed", feed.get_absolute_url())

    read(feed, clock)
    assert ImportBatch.objects.count() == 2  # what failed is not tried again
    assert Notice.objects.count() == 1

    customers(folder / "1.csv", "2,Bob")  # mended
    feed = read(feed, clock)
    assert (feed.state, feed.error, feed.failed_since, names()) == ("waiting", "", None, ["Ada", "Bob"])
    assert Notice.objects.get().read_at is not None


def test_what_failed_is_read_again_when_asked(folder: Path, clock: Clock) -> None:
    feed = feed_of(folder)
    customers(folder / "1.csv", "1,Ada", header="number,title")
    feed = read(feed, clock)
    setting_up.set_mapping(feed=feed, mapping={"columns": {"external_id": "number", "name": "title"}})
    setting_up.read_again(file=FeedFile.objects.get(), now=NOON)
    feed = read(feed, clock)
    assert files(feed) == [("1.csv", "failed"), ("1.csv", "done")]
    assert (feed.state, names()) == ("waiting", ["Ada"])
    read(feed, clock)
    assert ImportBatch.objects.count() == 2


def test_what_failed_can_be_left_out(folder: Path, clock: Clock) -> None:
    feed = feed_of(folder)
    customers(folder / "1.csv", "1,Ada", header="number,title")
    feed = read(feed, clock)
    setting_up.leave_out(file=FeedFile.objects.get())
    feed.refresh_from_db()
    assert (feed.state, feed.error, files(feed)) == ("waiting", "", [("1.csv", "left")])
    read(feed, clock)
    assert ImportBatch.objects.count() == 1


def test_it_is_mapped_as_the_last_file_of_its_source_was(folder: Path, clock: Clock, tmp_path: Path) -> None:
    feed = feed_of(folder)
    upload = customers(tmp_path / "by-hand.csv", "1,Ada", header="number,title")
    mapping = {"columns": {"external_id": "number", "name": "title"}}
    batches.load_file(kind="customers", path=upload, source=feed.system.key, mapping=mapping)
    customers(folder / "c.csv", "2,Bob", header="number,title")
    assert (read(feed, clock).error, names()) == ("", ["Ada", "Bob"])


def test_a_folder_that_is_away_is_looked_for_ever_less_often_and_its_owner_told_once(
    folder: Path, clock: Clock, user_for: UserFor
) -> None:
    feed = feed_of(folder / "gone", owner=user_for("administrator"))
    Feed.objects.filter(pk=feed.pk).update(folder=str(folder), inside="gone")
    waits, told = [], []
    for _look in range(5):
        reading.read_feed(feed_id=feed.pk)
        feed.refresh_from_db()
        waits.append((feed.next_at - feed.looked_at).total_seconds() / 60)  # type: ignore[operator]
        told.append(Notice.objects.count())
        clock.on((feed.next_at - feed.looked_at).total_seconds())  # type: ignore[operator]
    assert (waits, told) == ([5, 10, 20, 40, 80], [0, 0, 1, 1, 1])
    assert (feed.state, feed.failed_since, feed.failures) == ("failed", NOON, 5)
    assert feed.error == f"“{folder}/gone” cannot be read: No such file or directory"

    (folder / "gone").mkdir()
    feed = read(feed, clock)
    assert (feed.state, feed.failures, Notice.objects.filter(read_at=None).count()) == ("waiting", 0, 0)


def test_a_feed_that_is_paused_is_not_read_and_one_in_other_hands_neither(folder: Path, clock: Clock) -> None:
    feed = feed_of(folder)
    customers(folder / "c.csv", "1,Ada")
    setting_up.pause(feed=feed)
    read(feed, clock)
    assert files(feed) == []
    setting_up.put_in_use(feed=feed, now=NOON)
    with another_connection() as other:
        other.execute("SELECT pg_advisory_lock(%s, %s)", locks.feed_reader(feed.pk))
        read(feed, clock)
        assert files(feed) == []
        other.execute("SELECT pg_advisory_unlock(%s, %s)", locks.feed_reader(feed.pk))
    read(feed, clock)
    assert files(feed) == [("c.csv", "done")]


def test_who_asks_while_it_is_read_gets_another_look(
    folder: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    feed = feed_of(folder)
    asked = NOON - timedelta(seconds=1)

    def meanwhile(_feed: Feed, _name: str) -> list[object]:
        setting_up.read_now(feed=feed, now=asked)
        return []

    monkeypatch.setattr("customers.importing.feeds.folders.files", meanwhile)
    reading.read_feed(feed_id=feed.pk)
    feed.refresh_from_db()
    assert feed.next_at == asked


def test_a_deleted_feed_leaves_what_it_brought(folder: Path, clock: Clock) -> None:
    feed = feed_of(folder)
    customers(folder / "c.csv", "1,Ada")
    read(feed, clock)
    number = feed.pk
    setting_up.delete_feed(feed=feed)
    assert (names(), ImportBatch.objects.count(), FeedFile.objects.count()) == (["Ada"], 1, 0)
    reading.read_feed(feed_id=number)


def test_packed_files_are_opened(folder: Path, clock: Clock) -> None:
    feed = feed_of(folder)
    (folder / "c.csv.gz").write_bytes(gzip.compress(b"external_id,name\n1,Ada\n"))
    feed = read(feed, clock)
    assert counts(FeedFile.objects.get().batch) == {"rows": 1, "created": 1}  # type: ignore[arg-type]


def test_a_file_that_is_too_large_is_not_copied(folder: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRM_FEED_MAX_MB", "1")
    feed = feed_of(folder)
    (folder / "c.csv").write_bytes(b"x" * (1024**2 + 1))
    feed = read(feed, clock)
    assert (files(feed), feed.error) == ([("c.csv", "failed")], "c.csv: The file is larger than 1 MB.")
    assert not list((folder.parent / "uploads").rglob("*.*"))


@pytest.mark.parametrize("changed", ["system", "kind", "pattern", "inside"])
def test_what_is_said_otherwise_while_it_is_read_holds_for_the_next_file(
    folder: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch, changed: str
) -> None:
    feed = feed_of(folder)
    for at, name in enumerate("ab"):
        os.utime(customers(folder / f"{name}.csv", f"{at},{name}"), ns=(at, at))
    run = batches.run

    def edited(*, batch: ImportBatch) -> ImportBatch:
        run(batch=batch)
        values = {"system": SourceSystemFactory.create(), "kind": "orders", "pattern": "a*", "inside": "below"}
        Feed.objects.filter(pk=feed.pk).update(**{changed: values[changed]})
        return batch

    monkeypatch.setattr(batches, "run", edited)
    feed = read(feed, clock)
    assert ImportBatch.objects.get().filename == "a.csv"
    assert ("b.csv", "done") not in files(feed)
    assert feed.state == "waiting"


def test_a_file_is_told_of_a_source_that_was_put_right_meanwhile(
    folder: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    feed, right = feed_of(folder), SourceSystemFactory.create()
    customers(folder / "a.csv", "1,Ada")
    found = folders.files

    def edited(*arguments: Any) -> list[Any]:
        Feed.objects.filter(pk=feed.pk).update(system=right)
        return found(*arguments)

    monkeypatch.setattr(folders, "files", edited)
    read(feed, clock)
    read(feed, clock)
    assert ImportBatch.objects.get().system == right
