"""What pages and notices say of feeds, in the active language."""

from collections.abc import Mapping
from typing import Any, Final

from django.template.defaultfilters import filesizeformat
from django.utils.formats import time_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.common.templatetags.figures import ago
from customers.importing.feeds import addresses
from customers.models import Feed, FeedFile

# state: colour and icon of its badge
LOOK: Final = {
    "waiting": ("green", "clock"),
    "reading": ("azure", "loader"),
    "failed": ("red", "alert-circle"),
    "paused": ("secondary", "player-pause"),
}
FILE_LOOK: Final = {
    FeedFile.State.RESTING: ("yellow", "hourglass"),
    FeedFile.State.READING: ("azure", "loader"),
    FeedFile.State.DONE: ("green", "circle-check"),
    FeedFile.State.FAILED: ("red", "alert-circle"),
    FeedFile.State.SAME: ("secondary", "equal"),
    FeedFile.State.LEFT: ("secondary", "player-skip-forward"),
}


def state(feed: Feed) -> str:
    return feed.get_state_display() if feed.is_active else _("paused")


def where(feed: Feed) -> str:
    """Of an address without its query, which may hold what a list should not show."""
    if feed.place == Feed.Place.FOLDER:
        return "/".join(part for part in (feed.folder, feed.inside, feed.pattern) if part)
    try:
        return addresses.parse(feed.url).shown
    except addresses.NotAllowed:
        return feed.url.partition("?")[0]


def when(feed: Feed) -> str:
    if feed.schedule == Feed.Schedule.MINUTES:
        words = ngettext("every %(n)d minute", "every %(n)d minutes", feed.every_minutes)
        return words % {"n": feed.every_minutes}
    if feed.schedule == Feed.Schedule.DAILY and feed.daily_at:
        return _("daily at %(time)s") % {"time": time_format(feed.daily_at, "H:i")}
    return _("every full hour")


def next_look(feed: Feed) -> object:
    return ago(feed.next_at) if feed.is_active else None


def size(size_bytes: int) -> str:
    return filesizeformat(size_bytes)


def in_words(data: Mapping[str, Any]) -> str:
    """At the bell."""
    return _("The feed “%(feed)s” has failed: %(error)s") % {
        "feed": data.get("feed", ""), "error": data.get("error", ""),
    }  # fmt: skip
