"""Once per file: whether what was fetched is new, and if so its import, written down in one transaction.

By name and content: the same content under the same name is the same file, whatever its time says. Under another name
it is not read again if it is what was read last; content that came earlier may put back what the file between has
changed, and is read again, which changes nothing where nothing was put back.
"""

from datetime import datetime

from django.db import transaction

from customers.importing import batches
from customers.importing.feeds.keeping import Kept
from customers.models import Feed, FeedFile, ImportBatch
from customers.querysets.feeds import FeedFileQuerySet

READ = (FeedFile.State.READING, FeedFile.State.DONE, FeedFile.State.FAILED, FeedFile.State.SAME, FeedFile.State.LEFT)


WHERE_TO = ("url", "folder", "inside", "pattern", "place", "system_id", "kind")


class Gone(Exception):
    """Somebody deleted the feed, paused it, or said otherwise where from and where to, while it was being read."""


def take(*, feed: Feed, file: FeedFile, kept: Kept, now: datetime) -> FeedFile | None:
    """`file`: what is known of it, not written yet or `RESTING`. → what was written down; None where that stood there
    already. A copy that nobody will read is deleted. Raises `Gone`.
    """
    file.size, file.digest, file.seen_at = kept.size, kept.digest, now
    taken = None
    try:
        taken = _take(feed, file, kept)
    finally:
        if taken is None or taken.batch is None:
            kept.path.unlink(missing_ok=True)
    return taken


def _take(feed: Feed, file: FeedFile, kept: Kept) -> FeedFile | None:
    with transaction.atomic():
        lock(feed)
        before = same_place(feed, file.name).filter(state__in=READ).order_by("-pk").first()
        asked = before is not None and before.again
        if before and before.digest == file.digest and not asked:
            _is_known(before, file)
            return None
        if not asked and _is_as_before(feed, file):
            file.state = FeedFile.State.SAME
        else:
            same_place(feed, file.name).filter(again=True).update(again=False)
            file.state, file.batch = FeedFile.State.READING, _make_batch(feed, file, kept)
        file.save()
    return file


def refuse(*, feed: Feed, file: FeedFile, error: str, now: datetime) -> FeedFile:
    """A file that cannot be read at all; it is not tried again until it is another. Raises `Gone`."""
    with transaction.atomic():
        lock(feed)
        same_place(feed, file.name).filter(again=True).update(again=False)
        file.state, file.error, file.seen_at = FeedFile.State.FAILED, error, now
        file.save()
    return file


def lock(feed: Feed) -> None:
    """As long as the transaction lasts nobody changes it. Raises `Gone` where it is not to be read any more, or not as
    it was when the look began: what was found may belong elsewhere.
    """
    row = Feed.objects.select_for_update(no_key=True, of=("self",)).filter(pk=feed.pk, is_active=True).first()
    if row is None or any(getattr(row, name) != getattr(feed, name) for name in WHERE_TO):
        raise Gone


def same_place(feed: Feed, name: str) -> FeedFileQuerySet[FeedFile]:
    """What was noted of a name; an address is one place, whatever it calls its file."""
    rows = FeedFile.objects.filter(feed=feed)
    return rows.filter(name=name) if feed.place == Feed.Place.FOLDER else rows


def _is_known(before: FeedFile, file: FeedFile) -> None:
    before.size, before.mtime_ns, before.etag, before.last_modified = (
        file.size, file.mtime_ns, file.etag, file.last_modified,
    )  # fmt: skip
    before.save(update_fields=["size", "mtime_ns", "etag", "last_modified"])
    if file.pk:
        file.delete()


def _is_as_before(feed: Feed, file: FeedFile) -> bool:
    last = FeedFile.objects.filter(feed=feed, state=FeedFile.State.DONE).order_by("-pk").first()
    return last is not None and last.digest == file.digest


def _make_batch(feed: Feed, file: FeedFile, kept: Kept) -> ImportBatch:
    batch = batches.create_batch(file=kept.path, system=feed.system, kind=feed.kind, by=feed.owner)
    batch.filename = file.name
    batch.save(update_fields=["filename"])
    return batch
