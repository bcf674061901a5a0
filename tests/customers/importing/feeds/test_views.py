"""The pages of feeds."""

from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection
from django.utils import timezone

from customers.importing.feeds import secrets, setting_up
from customers.models import Feed, FeedFile, ImportBatch
from tests.conftest import NOON, ClientFor
from tests.customers.importing.feeds.https import Site
from tests.customers.importing.feeds.world import Clock, customers, feed_of, look, read
from tests.factories.importing import FeedFactory, FeedFileFactory, SourceSystemFactory
from tests.forms import as_shown

pytestmark = pytest.mark.django_db
ADDRESS = {
    "name": "Customers", "source": "Shop", "kind": "customers", "place": "address", "url": "https://files.example/c.csv",
    "sign_in": "none", "schedule": "hourly",
}  # fmt: skip


def page(client_for: ClientFor, url: str) -> str:
    return client_for("administrator").get(url).content.decode()


def test_a_feed_is_set_up_and_its_secret_never_shown_nor_audited(client_for: ClientFor) -> None:
    client = client_for("administrator")
    told = {**ADDRESS, "sign_in": "basic", "username": "ada", "secret": "4711-secret"}
    assert client.post("/imports/feeds/new/", told).status_code == 302
    feed = Feed.objects.get()
    assert (feed.system.name, feed.owner, feed.is_active) == ("Shop", None, True)
    assert secrets.opened(feed.secret) == "4711-secret"
    for url in ("", "edit/"):
        shown = client.get(f"{feed.get_absolute_url()}{url}").content.decode()
        assert "4711-secret" not in shown
        assert feed.secret not in shown
    assert "4711-secret" not in client.get(f"/admin/customers/feed/{feed.pk}/change/").content.decode()
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(e)::text FROM customers_feedevent e")
        kept = " ".join(row[0] for row in cursor.fetchall())
    assert "4711-secret" not in kept
    assert feed.secret not in kept
    assert "secret_at" in kept


def test_a_secret_stays_while_the_host_does(client_for: ClientFor) -> None:
    client = client_for("administrator")
    feed = FeedFactory.create(
        place="address", url="https://files.example/c.csv", sign_in="bearer", secret=secrets.sealed("4711")
    )
    url = f"{feed.get_absolute_url()}edit/"
    shown = as_shown(client.get(url), with_field="url")
    assert client.post(url, {**shown, "url": "https://files.example/d.csv"}).status_code == 302
    feed.refresh_from_db()
    assert secrets.opened(feed.secret) == "4711"
    shown = as_shown(client.get(url), with_field="url")
    answer = client.post(url, {**shown, "url": "https://elsewhere.example/d.csv"})
    assert answer.status_code == 422
    assert answer.context["form"].errors.keys() == {"secret"}
    assert client.post(url, {**shown, "url": "https://elsewhere.example/d.csv", "sign_in": "none"}).status_code == 302
    assert Feed.objects.get().secret == ""


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"url": "http://files.example/"}, "url"),
        ({"url": "https://ada:b@files.example/"}, "url"),
        ({"url": ""}, "url"),
        ({"place": "folder"}, "folder"),
        ({"place": "folder", "folder": "/etc"}, "folder"),
        ({"name": ""}, "name"),
        ({"kind": "nothing"}, "kind"),
        ({"schedule": "daily"}, "daily_at"),
        ({"schedule": "minutes", "every_minutes": "0"}, "every_minutes"),
        ({"schedule": "minutes", "every_minutes": "9999999"}, "every_minutes"),
        ({"sign_in": "basic", "secret": "x"}, "username"),
        ({"sign_in": "bearer"}, "secret"),
        ({"sign_in": "bearer", "secret": "a\r\nHost: b"}, "secret"),
        ({"sign_in": "bearer", "secret": "süß"}, "secret"),
        ({"source": "!!"}, "source"),
    ],
)
def test_what_cannot_be_is_said_at_its_field(client_for: ClientFor, changed: dict[str, str], field: str) -> None:
    answer = client_for("administrator").post("/imports/feeds/new/", {**ADDRESS, **changed})
    assert answer.status_code == 422
    assert answer.context["form"].errors.keys() == {field}
    assert not Feed.objects.exists()


def test_two_feeds_have_two_names(client_for: ClientFor) -> None:
    FeedFactory.create(name="Customers")
    answer = client_for("administrator").post("/imports/feeds/new/", ADDRESS)
    assert answer.context["form"].errors.keys() == {"name"}


def test_no_other_fault_is_told_as_a_name_that_is_taken() -> None:
    feed = FeedFactory.build(system=SourceSystemFactory.create(), place="address", url="https://files.example/c.csv")
    feed.schedule = "daily"  # and no time of the day
    with pytest.raises(IntegrityError, match="feed_daily_at"):
        setting_up.save_feed(feed=feed, secret="", seen=None, now=NOON)


def test_a_folder_is_chosen_among_those_that_are_allowed(client_for: ClientFor, folder: Path) -> None:
    client = client_for("administrator")
    assert str(folder) in client.get("/imports/feeds/new/").content.decode()
    told = {**ADDRESS, "place": "folder", "folder": str(folder), "inside": "shop", "url": "not passed over"}
    assert client.post("/imports/feeds/new/", told).status_code == 302
    feed = Feed.objects.get()
    assert (feed.folder, feed.inside, feed.pattern, feed.url) == (str(folder), "shop", "*", "")
    answer = client.post("/imports/feeds/new/", {**told, "name": "Other", "inside": "../.."})
    assert answer.context["form"].errors.keys() == {"folder"}


def test_a_feed_says_what_it_has_read(client_for: ClientFor, folder: Path, clock: Clock) -> None:
    feed = feed_of(folder, name="Shop's customers")
    customers(folder / "c.csv", "1,Ada", "2,")
    read(feed, clock)
    batch = ImportBatch.objects.get()
    shown = page(client_for, feed.get_absolute_url())
    assert f'href="/imports/{batch.pk}/"' in shown
    assert f'href="/imports/{batch.pk}/rejects.csv"' in shown
    assert "Shop&#x27;s customers" in page(client_for, "/imports/feeds/")


def test_what_failed_can_be_read_again_or_left_out(client_for: ClientFor) -> None:
    client = client_for("administrator")
    feed = FeedFactory.create()
    again, left = FeedFileFactory.create_batch(2, feed=feed, state="failed", error="no good")
    shown = client.get(feed.get_absolute_url()).content.decode()
    for file in (again, left):
        assert f'action="/imports/feeds/files/{file.pk}/again/"' in shown
    client.post(f"/imports/feeds/files/{again.pk}/again/")
    client.post(f"/imports/feeds/files/{left.pk}/leave/")
    assert list(FeedFile.objects.order_by("pk").values_list("again", "state")) == [(True, "failed"), (False, "left")]


def test_each_file_that_failed_says_why_where_it_can_be_read_again(client_for: ClientFor) -> None:
    """On a phone too, where the list of files has no room for it."""
    file = FeedFileFactory.create(state="failed", error="It is damaged")
    text = client_for("administrator").get(file.feed.get_absolute_url()).content.decode()
    assert text.count("It is damaged") == 2
    assert "Nothing has failed" not in text


def test_it_is_tried_without_importing(client_for: ClientFor, site: Site) -> None:
    client = client_for("administrator")
    feed = FeedFactory.create(place="address", url=site.url())
    site.gives(b"number,title,birth_date\n1,Ada,2000-01-01\n2,Bob,30.02.2000\n")
    tried = client.post(f"{feed.get_absolute_url()}try/")
    assert tried.status_code == 200
    assert "no header gives external_id, name" in tried.content.decode()
    feed.refresh_from_db()
    assert feed.headers == ["number", "title", "birth_date"]

    url = f"{feed.get_absolute_url()}columns/"
    shown = as_shown(client.get(url), with_field="column_name")
    assert client.post(url, {**shown, "column_external_id": "0", "column_name": "1"}).status_code == 302
    feed.refresh_from_db()
    assert feed.mapping is not None
    assert feed.mapping["columns"]["name"] == "title"
    answer = client.post(f"{feed.get_absolute_url()}try/").content.decode()
    assert "1 of these rows would be rejected" in answer
    assert "birth_date: " in answer
    assert not ImportBatch.objects.exists()

    client.post(url, {"of_source": "1"})
    feed.refresh_from_db()
    assert feed.mapping is None


def test_a_folder_is_tried_by_its_newest_file(client_for: ClientFor, folder: Path) -> None:
    feed = feed_of(folder)
    client = client_for("administrator")
    answer = client.post(f"{feed.get_absolute_url()}try/")
    assert (answer.status_code, "no file in the folder" in answer.content.decode()) == (422, True)
    customers(folder / "c.csv", "1,Ada")
    assert "Nothing was imported" in client.post(f"{feed.get_absolute_url()}try/").content.decode()
    assert not list((folder.parent / "uploads").glob("**/*"))


def test_a_first_row_that_is_somebody_is_not_kept_as_columns(client_for: ClientFor, folder: Path) -> None:
    feed = feed_of(folder)
    customers(folder / "a.csv", header="1,Ada Lovelace,ada@lovelace.example")
    assert (
        "3 columns, none of a name"
        in client_for("administrator").post(f"{feed.get_absolute_url()}try/").content.decode()
    )
    feed.refresh_from_db()
    assert feed.headers == []


def test_whoever_changes_it_meanwhile_is_not_overwritten(client_for: ClientFor) -> None:
    client = client_for("administrator")
    feed = FeedFactory.create(place="address", url="https://files.example/c.csv")
    url = f"{feed.get_absolute_url()}edit/"
    shown: dict[str, Any] = as_shown(client.get(url), with_field="name")
    Feed.objects.update(name="Another's")
    answer = client.post(url, {**shown, "name": "Mine"})
    assert (answer.status_code, Feed.objects.get().name) == (422, "Another's")


def test_a_press_reads_pauses_and_uses_it_again(client_for: ClientFor, folder: Path, clock: Clock) -> None:
    client, feed = client_for("administrator"), feed_of(folder)
    feed = look(feed, clock)
    client.post(f"{feed.get_absolute_url()}now/")
    feed.refresh_from_db()
    assert feed.next_at <= timezone.now()
    client.post(f"{feed.get_absolute_url()}pause/")
    feed.refresh_from_db()
    assert not feed.is_active
    assert "paused" in client.get(feed.get_absolute_url()).content.decode()
    client.post(f"{feed.get_absolute_url()}use/")
    feed.refresh_from_db()
    assert feed.is_active
