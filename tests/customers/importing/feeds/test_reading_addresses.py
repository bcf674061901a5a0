"""A feed of an address, read as the worker reads it."""

import gzip
import resource
from pathlib import Path
from typing import Any

import pytest

from accounts.models import Notice
from customers.importing.feeds import fetching, reading, secrets, setting_up, taking
from customers.models import Customer, Feed, FeedFile, ImportBatch
from tests.conftest import NOON, UserFor
from tests.customers.importing.feeds.https import Site, send
from tests.customers.importing.feeds.world import Clock, address_of, files, look

pytestmark = pytest.mark.django_db
ROWS = b"external_id,name\n1,Ada\n"


def names() -> list[str]:
    return list(Customer.objects.order_by("name").values_list("name", flat=True))


def test_an_address_is_read_once_for_each_content(site: Site, clock: Clock) -> None:
    feed = address_of(site.url("/export/c.csv"))
    site.gives(ROWS, path="/export/c.csv", ETag='"1"')
    feed = look(feed, clock)
    assert (files(feed), names(), feed.etag) == ([("c.csv", "done")], ["Ada"], '"1"')
    look(feed, clock)
    assert site.asked[1][1]["If-None-Match"] == '"1"'

    site.gives(ROWS, path="/export/c.csv", ETag='"2"')  # said to be another, and is the same
    feed = look(feed, clock)
    assert (files(feed), feed.etag) == ([("c.csv", "done")], '"2"')

    site.gives(ROWS + b"2,Bob\n", path="/export/c.csv", ETag='"3"')
    feed = look(feed, clock)
    assert (files(feed), names()) == ([("c.csv", "done")] * 2, ["Ada", "Bob"])
    assert not [path for path in (Path(path) for path in _paths()) if not path.exists()]


def test_what_an_address_gave_before_is_read_again_when_it_comes_back(site: Site, clock: Clock) -> None:
    feed = address_of(site.url())
    for name in ("Ada", "Adele", "Ada"):
        site.gives(f"external_id,name\n1,{name}\n".encode())
        look(feed, clock)
    assert (names(), ImportBatch.objects.count()) == (["Ada"], 3)


def _paths() -> list[str]:
    return list(ImportBatch.objects.values_list("path", flat=True))


@pytest.mark.parametrize(
    ("sign_in", "username", "secret", "shown"),
    [("basic", "ada", "süß!", "Basic YWRhOnPDvMOfIQ=="), ("bearer", "", "4711", "Bearer 4711")],
)
def test_it_signs_in(site: Site, clock: Clock, sign_in: str, username: str, secret: str, shown: str) -> None:
    feed = address_of(site.url(), sign_in=sign_in, username=username, secret=secrets.sealed(secret))
    site.gives(ROWS)
    assert look(feed, clock).error == ""
    assert site.asked[0][1]["Authorization"] == shown


@pytest.mark.slow  # a bomb
@pytest.mark.parametrize("says_so", [True, False])
def test_a_bomb_of_an_address_is_refused_when_it_is_opened(site: Site, clock: Clock, says_so: bool) -> None:
    packed = gzip.compress(b"0" * 100 * 1024**2)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    site.gives(packed, **({"Content_Encoding": "gzip"} if says_so else {}))
    feed = look(address_of(site.url()), clock)
    assert "more than 300 times its size" in feed.error
    assert (files(feed), names()) == ([("c.csv", "failed")], [])
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024 < 100


@pytest.mark.parametrize(
    "content_type", ["text/html; charset=utf-8", "text/csv", "application/octet-stream", "nonsense"]
)
def test_what_comes_is_told_by_what_it_is_and_not_by_what_it_is_called(
    site: Site, clock: Clock, content_type: str
) -> None:
    site.gives(ROWS, Content_Type=content_type)
    feed = look(address_of(site.url()), clock)
    assert (feed.error, names()) == ("", ["Ada"])
    site.gives(b"<html><body>Sign in", path="/other.csv", Content_Type=content_type)
    assert "This is a web page" in look(address_of(site.url("/other.csv")), clock).error


def test_an_address_that_fails_says_why_and_nothing_secret(
    site: Site, clock: Clock, user_for: UserFor, capsys: pytest.CaptureFixture[str]
) -> None:
    feed = address_of(
        site.url("/c.csv?sig=hidden"), sign_in="bearer", secret=secrets.sealed("4711-secret"),
        owner=user_for("administrator"),
    )  # fmt: skip
    site.answers["/c.csv"] = lambda handler: send(handler, b"", 403)
    for _look in range(3):
        feed = look(feed, clock)
    assert feed.error == f"https://localhost:{site.port}/c.csv could not be read: it answered 403 Forbidden"
    assert (feed.state, feed.failures, Notice.objects.get().data["error"]) == ("failed", 3, feed.error)
    said = capsys.readouterr()
    assert "4711-secret" not in said.out + said.err
    assert files(feed) == []


def test_a_secret_that_no_key_opens_is_asked_for_again(site: Site, clock: Clock, settings: object) -> None:
    feed = address_of(site.url(), sign_in="bearer", secret=secrets.sealed("4711"))
    before = settings.SECRET_KEY  # type: ignore[attr-defined]
    settings.SECRET_KEY = "another"  # type: ignore[attr-defined]
    assert "Type it in again" in look(feed, clock).error
    assert site.asked == []
    settings.SECRET_KEY_FALLBACKS = [before]  # type: ignore[attr-defined]
    site.gives(ROWS)
    assert look(feed, clock).error == ""


def test_what_failed_is_fetched_again_when_asked_though_it_has_not_changed(site: Site, clock: Clock) -> None:
    feed = address_of(site.url())
    site.gives(b"number,title\n1,Ada\n", ETag='"1"')
    feed = look(feed, clock)
    assert (files(feed), feed.state) == ([("c.csv", "failed")], "failed")
    assert look(feed, clock).state == "failed"
    setting_up.set_mapping(feed=feed, mapping={"columns": {"external_id": "number", "name": "title"}})
    setting_up.read_again(file=FeedFile.objects.get(), now=NOON)
    feed = look(feed, clock)
    assert (files(feed), feed.state, names()) == ([("c.csv", "failed"), ("c.csv", "done")], "waiting", ["Ada"])
    assert not FeedFile.objects.filter(again=True).exists()


def test_what_nobody_thought_of_is_said_and_tried_again(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_arguments: object) -> None:
        raise ValueError("What is this?")

    monkeypatch.setattr("customers.importing.feeds.fetching.fetch", broken)
    feed = look(address_of("https://files.example/c.csv"), clock)
    assert (feed.state, feed.error, feed.failures) == ("failed", "The import failed: What is this?", 1)


def test_an_address_inside_the_network_is_refused_when_it_is_read(clock: Clock) -> None:
    feed = address_of("https://127.0.0.1/c.csv")
    reading.read_feed(feed_id=feed.pk)
    feed.refresh_from_db()
    assert "no public address" in feed.error
    assert Feed.objects.get().failures == 1


def test_what_the_old_address_said_of_its_file_is_not_kept_for_the_new_one(
    site: Site, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    feed = address_of(site.url("/old.csv"))
    site.gives(ROWS, path="/old.csv", ETag='"1"')
    site.gives(ROWS.replace(b"Ada", b"Bob"), path="/new.csv", ETag='"1"')
    old, fetch, take = feed.url, fetching.fetch, taking.take

    def edited() -> None:
        Feed.objects.filter(pk=feed.pk).update(url=site.url("/new.csv"), etag="", last_modified="")

    def fetching_it(asked: fetching.Asked) -> fetching.Fetched | None:
        found = fetch(asked)
        edited()
        return found

    def taking_it(**named: Any) -> FeedFile | None:
        found = take(**named)
        edited()
        return found

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(fetching, "fetch", fetching_it)
        assert (look(feed, clock).etag, names()) == ("", [])
    Feed.objects.filter(pk=feed.pk).update(url=old)
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(taking, "take", taking_it)
        assert (look(feed, clock).etag, names()) == ("", ["Ada"])
    assert (look(feed, clock).etag, names()) == ('"1"', ["Bob"])
