"""Feeds are set up, paused, put in use again and deleted by people; what was imported stays."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from psycopg.errors import UniqueViolation

from crm.common.errors import DomainError
from crm.common.versions import ChangedMeanwhile, lock_as_seen
from customers.importing.feeds import addresses, closing, folders, secrets
from customers.importing.registry import get_spec
from customers.models import Feed, FeedFile

TYPED: Final = (
    "name", "kind", "place", "folder", "inside", "pattern", "url", "sign_in", "username", "schedule", "every_minutes",
    "daily_at", "owner",
)  # fmt: skip


WRITTEN: Final = (*TYPED, "system", "secret", "secret_at", "next_at")


class NameTaken(DomainError):
    """There is another feed of that name."""


class SecretNeeded(DomainError):
    """It is to sign in, and what with is not known, or was known for another host."""


def save_feed(*, feed: Feed, secret: str, seen: str | None, now: datetime) -> Feed:
    """What a form has put into `feed`; an empty `secret` leaves the one there is, as long as the host is the same.

    Raises `NameTaken`, `SecretNeeded`, `ChangedMeanwhile`, `UnknownKind`, and `NotAllowed` of
    `folders` or `addresses`.
    """
    get_spec(feed.kind)
    check_place(feed)
    try:
        with transaction.atomic():
            lock_as_seen(feed, seen)
            before = Feed.objects.filter(pk=feed.pk).first() if feed.pk else None
            if feed.pk and before is None:
                raise ChangedMeanwhile
            _sign_in(feed, before, secret, now)
            _begin_anew(feed, before, now)
            # What the worker writes meanwhile stays.
            feed.save(update_fields=WRITTEN if before else None)
    except IntegrityError as error:
        if not isinstance(error.__cause__, UniqueViolation):  # one of the checks: no fault of its name
            raise
        raise NameTaken(_("There is another feed called “%(name)s”.") % {"name": feed.name}) from error
    return feed


def check_place(feed: Feed) -> None:
    """Raises `folders.NotAllowed` or `addresses.NotAllowed`. Names are not resolved here: that is each look's."""
    if feed.place == Feed.Place.FOLDER:
        folders.check(feed.folder, feed.inside)
        feed.url, feed.sign_in, feed.username = "", Feed.SignIn.NONE, ""
    else:
        addresses.parse(feed.url)
        feed.folder = feed.inside = ""


def _sign_in(feed: Feed, before: Feed | None, secret: str, now: datetime) -> None:
    if feed.sign_in == Feed.SignIn.NONE:
        feed.secret_at = now if feed.secret else feed.secret_at
        feed.secret = feed.username = ""
        return
    if feed.sign_in == Feed.SignIn.BEARER:
        feed.username = ""
    if secret:
        feed.secret, feed.secret_at = secrets.sealed(secret), now
        return
    kept = before is not None and before.secret and before.sign_in == feed.sign_in
    if not kept or before is None or _host(before.url) != _host(feed.url):
        raise SecretNeeded(_("Type in what it signs in with. It is kept for one host, and shown to no other."))
    feed.secret = before.secret


def _host(url: str) -> str:
    return urlsplit(url).netloc.lower()


def _begin_anew(feed: Feed, before: Feed | None, now: datetime) -> None:
    """It is looked at with the next minute; what was said by another address means nothing here."""
    feed.next_at = now
    if before is None:
        feed.created_at = now
    elif before.url != feed.url:
        Feed.objects.filter(pk=feed.pk).update(etag="", last_modified="")


def set_mapping(*, feed: Feed, mapping: Mapping[str, Any] | None) -> None:
    """Its own; None: that of its source."""
    Feed.objects.filter(pk=feed.pk).update(mapping=mapping)


def read_now(*, feed: Feed, now: datetime) -> bool:
    """→ whether it is in use."""
    return bool(Feed.objects.filter(pk=feed.pk, is_active=True).update(next_at=now))


def pause(*, feed: Feed) -> None:
    """The file that is being imported goes in; no other is begun."""
    Feed.objects.filter(pk=feed.pk).update(is_active=False)


def put_in_use(*, feed: Feed, now: datetime) -> None:
    Feed.objects.filter(pk=feed.pk).update(is_active=True, next_at=now, failures=0)


def delete_feed(*, feed: Feed) -> None:
    """With the list of what it has read: files that are still there are new to a feed that comes after it."""
    feed.delete()


def read_again(*, file: FeedFile, now: datetime) -> None:
    """As if it had never been seen, at the next look, which is due."""
    FeedFile.objects.filter(pk=file.pk).update(again=True)
    Feed.objects.filter(pk=file.feed_id).update(next_at=now)
    closing.restate(file.feed)


def leave_out(*, file: FeedFile) -> None:
    """A file that failed and need not go in."""
    FeedFile.objects.filter(pk=file.pk, state=FeedFile.State.FAILED).update(state=FeedFile.State.LEFT, again=False)
    closing.restate(file.feed)
