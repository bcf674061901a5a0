"""What came of a look: noted on the feed, and told to its owner where something is to be done."""

from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from accounts.domain import notices
from crm.common.days import company_zone
from customers.importing.feeds import schedule
from customers.importing.feeds.looking import REST
from customers.models import Feed, FeedFile

FAILED: Final = "feed_failed"
TOLD_AFTER: Final = 3  # looks in a row in which nothing could be read
LONGEST_ERROR: Final = 2_000


def settle(file: FeedFile, *, state: FeedFile.State, error: str = "", headers: list[Any] | None = None) -> None:
    """The file's import is over."""
    file.state, file.error = state, error[:LONGEST_ERROR]
    file.save(update_fields=["state", "error"])
    if headers:
        Feed.objects.filter(pk=file.feed_id).update(headers=headers)


def leave(feed: Feed) -> None:
    """Paused or changed while it was read: what was begun is gone on with when it is put in use again, or at once."""
    Feed.objects.filter(pk=feed.pk).update(state=Feed.State.WAITING, looked_at=timezone.now())


def close(feed: Feed, *, error: str, rests: bool, asked_for: datetime) -> None:
    """`error`: why nothing, or not everything, could be read. `rests`: a file is to be looked at again in a moment.
    `asked_for`: when the look was due; whoever asked for another meanwhile gets it.
    """
    now = timezone.now()
    with transaction.atomic():
        row = Feed.objects.select_for_update(no_key=True).filter(pk=feed.pk).first()
        if row is None:
            return
        row.failures = min(row.failures + 1, 1_000) if error else 0
        _note(row, error or _of_files(row), now)
        if row.next_at == asked_for:
            row.next_at = schedule.next_look(row, now=now, zone=company_zone())
            row.next_at = min(row.next_at, now + REST) if rests else row.next_at
        row.looked_at = now
        row.save(update_fields=["state", "error", "failed_since", "failures", "next_at", "looked_at"])
        _tell(row, now)


def restate(feed: Feed) -> None:
    """Somebody left out a file that had failed, or asked for it again."""
    with transaction.atomic():
        row = Feed.objects.select_for_update(no_key=True).get(pk=feed.pk)
        if not row.failures and row.state != Feed.State.READING:
            _note(row, _of_files(row), timezone.now())
            row.save(update_fields=["state", "error", "failed_since"])


def _note(feed: Feed, error: str, now: datetime) -> None:
    feed.state = Feed.State.FAILED if error else Feed.State.WAITING
    feed.error = error[:LONGEST_ERROR]
    feed.failed_since = (feed.failed_since or now) if error else None


def _of_files(feed: Feed) -> str:
    """Of a file that failed and was neither put right nor left out."""
    failed = FeedFile.objects.filter(feed=feed, again=False).unresolved().order_by("-pk").first()
    return f"{failed.name}: {failed.error}" if failed else ""


def _tell(feed: Feed, now: datetime) -> None:
    """Once a file, and once a row of looks in vain; where all is well again, what was told needs no reading."""
    if feed.owner is None:
        return
    if not feed.error:
        notices.settle(user_ids=[feed.owner.pk], keys_from=_key(feed), now=now)
        return
    what = ""
    if feed.failures >= TOLD_AFTER:
        assert feed.failed_since is not None
        what = f"since:{feed.failed_since.isoformat()}"
    elif not feed.failures:
        newest = FeedFile.objects.filter(feed=feed, again=False).unresolved().order_by("-pk").first()
        what = f"file:{newest.pk}" if newest else ""
    if what and feed.owner.is_active:
        notices.tell(
            user_ids=[feed.owner.pk],
            kind=FAILED,
            key=_key(feed) + what,
            data={"feed": feed.name, "error": feed.error[:300]},
            url=feed.get_absolute_url(),
            now=now,
        )


def _key(feed: Feed) -> str:
    return f"feed:{feed.pk}:"
