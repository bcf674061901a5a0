"""Where a feed's files are: each look gives, one after the other, those that are new, oldest first.

A file of a folder is taken at its second sight: when size and time are what they were a while before, whoever writes it
has ended. Clocks are not compared; that of the folder may be another machine's.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from django.utils import timezone

from customers.importing import uploads
from customers.importing.feeds import fetching, folders, secrets, taking
from customers.importing.feeds.fetching import Asked
from customers.importing.feeds.folders import Found
from customers.models import Feed, FeedFile

REST: Final = timedelta(seconds=60)
NAMES_AT_ONCE: Final = 1_000


class Look:
    """One look at a feed. `taken()` gives what is to be imported; afterwards `rests` says whether a file may still be
    being written, and `problem` holds the sentence of one that could not be read now.
    """

    def __init__(self, feed: Feed) -> None:
        self.feed = feed
        self.rests = False
        self.problem = ""

    def taken(self) -> Iterator[FeedFile]:
        """Raises a `DomainError` where nothing can be read at all, `taking.Gone`."""
        return self._of_folder() if self.feed.place == Feed.Place.FOLDER else self._of_address()

    def _of_address(self) -> Iterator[FeedFile]:
        feed = self.feed
        asked = asked_of(feed, anew=FeedFile.objects.filter(feed=feed, again=True).exists())
        fetched = fetching.fetch(asked)
        if fetched is None:
            return
        file = FeedFile(feed=feed, name=fetched.name, etag=fetched.etag, last_modified=fetched.last_modified)
        taken = taking.take(feed=feed, file=file, kept=fetched.kept, now=timezone.now())
        unchanged = Feed.objects.filter(pk=feed.pk, url=feed.url)  # another address knows nothing of this tag
        unchanged.update(etag=fetched.etag, last_modified=fetched.last_modified)
        if taken:
            yield taken

    def _of_folder(self) -> Iterator[FeedFile]:
        with folders.opened(self.feed) as folder:
            found = folders.files(folder, self.feed.pattern)
            now, known = timezone.now(), _known(self.feed, found)
            _forget_gone(self.feed, found)
            for one in found:
                if self._is_due(one, known.get(one.name), now):
                    yield from self._take(folder, one)

    def _is_due(self, found: Found, known: FeedFile | None, now: datetime) -> bool:
        if known and (known.size, known.mtime_ns) == (found.size, found.mtime_ns):
            if known.state != FeedFile.State.RESTING:
                return known.again
            if known.seen_at <= now - REST:
                return True
        else:
            _note_sight(self.feed, found, known, now)
        self.rests = True
        return False

    def _take(self, folder: int, found: Found) -> Iterator[FeedFile]:
        file = FeedFile.objects.filter(feed=self.feed, name=found.name, state=FeedFile.State.RESTING).first()
        file = file or FeedFile(feed=self.feed, name=found.name)
        file.size, file.mtime_ns = found.size, found.mtime_ns
        try:
            kept = folders.copy(folder, found)
        except folders.StillWritten:
            self.rests = True
        except uploads.FileTooLarge as error:
            yield taking.refuse(feed=self.feed, file=file, error=str(error), now=timezone.now())
        except (folders.NoFolder, uploads.NoSpace) as error:
            self.problem = str(error)
        else:
            taken = taking.take(feed=self.feed, file=file, kept=kept, now=timezone.now())
            if taken:
                yield taken


def asked_of(feed: Feed, *, anew: bool) -> Asked:
    """`anew`: also what has not changed since it was read. Raises `secrets.Forgotten`."""
    if anew:
        return Asked(url=feed.url, authorization=secrets.authorization(feed))
    return Asked(
        url=feed.url,
        authorization=secrets.authorization(feed),
        etag=feed.etag,
        last_modified=feed.last_modified,
    )


def _known(feed: Feed, found: Sequence[Found]) -> dict[str, FeedFile]:
    """What was last noted of each name that is there."""
    known: dict[str, FeedFile] = {}
    for start in range(0, len(found), NAMES_AT_ONCE):
        names = [one.name for one in found[start : start + NAMES_AT_ONCE]]
        rows = FeedFile.objects.filter(feed=feed, name__in=names).order_by("name", "-pk").distinct("name")
        known.update({row.name: row for row in rows})
    return known


def _note_sight(feed: Feed, found: Found, known: FeedFile | None, now: datetime) -> None:
    seen = known if known and known.state == FeedFile.State.RESTING else FeedFile(feed=feed, name=found.name)
    seen.size, seen.mtime_ns, seen.seen_at = found.size, found.mtime_ns, now
    seen.save()


def _forget_gone(feed: Feed, found: Sequence[Found]) -> None:
    """Those that were seen once and have gone before they were read."""
    names = {one.name for one in found}
    resting = FeedFile.objects.filter(feed=feed, state=FeedFile.State.RESTING).values_list("pk", "name")
    FeedFile.objects.filter(pk__in=[pk for pk, name in resting if name not in names]).delete()
