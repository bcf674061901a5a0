"""What the tests of feeds begin with."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.utils import timezone

from customers.importing.feeds import reading
from customers.models import Feed, FeedFile
from tests.factories.importing import FeedFactory


@dataclass(frozen=True)
class Clock:
    """Stands until it is put on."""

    traveller: Any

    def on(self, seconds: float) -> None:
        self.traveller.shift(timedelta(seconds=seconds))


def feed_of(folder: Path, **fields: Any) -> Feed:
    return FeedFactory.create(folder=str(folder), **fields)


def customers(path: Path, *rows: str, header: str = "external_id,name") -> Path:
    path.write_text("\n".join([header, *rows, ""]), encoding="utf-8")
    return path


def read(feed: Feed, clock: Clock) -> Feed:
    """A look that finds what is there, and another when it has rested."""
    for _look in range(2):
        clock.on(3_600)
        Feed.objects.filter(pk=feed.pk).update(next_at=timezone.now())
        reading.read_feed(feed_id=feed.pk)
    feed.refresh_from_db()
    return feed


def files(feed: Feed) -> list[tuple[str, str]]:
    """Oldest first."""
    return list(FeedFile.objects.filter(feed=feed).order_by("pk").values_list("name", "state"))


def address_of(url: str, **fields: Any) -> Feed:
    return FeedFactory.create(place="address", url=url, **fields)


def look(feed: Feed, clock: Clock) -> Feed:
    """One look, an hour later."""
    clock.on(3_600)
    Feed.objects.filter(pk=feed.pk).update(next_at=timezone.now())
    reading.read_feed(feed_id=feed.pk)
    feed.refresh_from_db()
    return feed
