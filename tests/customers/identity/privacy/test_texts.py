"""Texts of which no column says whose they are."""

from pathlib import Path
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session

from accounts.models import Notice, SavedView
from accounts.sessions import SessionStore
from customers.models import Feed, FeedFile, ImportBatch, ImportReject, PrivacyRequest, Queue
from tests.conftest import ClientFor, UserFor
from tests.customers.identity.privacy.world import erased, found_in_database, zebulon
from tests.factories.accounts import NoticeFactory, SavedViewFactory, UserFactory
from tests.factories.importing import FeedFactory, FeedFileFactory, ImportBatchFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]
NAME = "Zebulon Quixworth 祖布伦"


@pytest.fixture(autouse=True)
def _folders(settings: Any, tmp_path: Path) -> None:
    settings.VAR_DIR, settings.MEDIA_ROOT = tmp_path / "var", tmp_path / "uploads"


def test_what_staff_was_told_of_others_and_what_feeds_said(tmp_path: Path, user_for: UserFor) -> None:
    NoticeFactory.create(data={"customer": "Acme", "text": f"Ask {NAME} there"})
    NoticeFactory.create(data={"customer": "Acme", "text": "Ask Ada there"})
    feed = FeedFactory.create(error=f"c.csv: “{NAME}” is no date", headers=["1", NAME, "Berlin"])
    FeedFileFactory.create(feed=feed, error=f"“{NAME}” is no date")
    batch = ImportBatchFactory.create(state="done", headers=["1", "Quixworth", "Zebulon", "祖布伦"])
    ImportReject.objects.create(batch=batch, line=2, column=NAME, reason="x", row={"a": "b"})
    LogEntry.objects.create(
        user=UserFactory.create(), content_type=ContentType.objects.get_for_model(Queue), action_flag=2,
        object_id="1", object_repr=f"Calls of {NAME}", change_message="[]",
    )  # fmt: skip
    request = erased(zebulon(tmp_path), user_for("administrator"))
    assert found_in_database() == []
    assert set(Notice.objects.values_list("data__text", flat=True)) == {"Ask Ada there"}
    assert Feed.objects.values_list("headers", "error").get() == (
        [], "What went wrong named somebody who was erased on request.",
    )  # fmt: skip
    assert FeedFile.objects.get().error == "What went wrong named somebody who was erased on request."
    batch.refresh_from_db()
    assert batch.headers == []
    assert (request.counts["accounts_notice"], request.counts["words"], request.counts["log"]) == (2, 4, 1)


def test_what_sessions_keep(tmp_path: Path, user_for: UserFor, client_for: ClientFor) -> None:
    client = client_for("sales")
    session = client.session
    session["deleted_view"] = {"search": NAME}
    session["other"] = "stays"
    session.save()
    request = erased(zebulon(tmp_path), user_for("administrator"))
    said = SessionStore().decode(Session.objects.get().session_data)
    assert ("deleted_view" in said, said["other"]) == (False, "stays")
    assert said["_auth_user_id"] == str(user_for("sales").pk)
    assert request.counts["sessions"] == 1


def test_views_are_their_makers_to_change_and_the_request_says_how_many(tmp_path: Path, user_for: UserFor) -> None:
    SavedViewFactory.create(search=NAME)
    SavedViewFactory.create(conditions={"all": [{"field": "email", "op": "is", "value": "zeb.quix@planted.example"}]})
    SavedViewFactory.create(search="Berlin")
    assert erased(zebulon(tmp_path), user_for("administrator")).counts["views"] == 2
    assert SavedView.objects.filter(search=NAME).exists()
    assert PrivacyRequest.objects.get().state == "done"
    assert ImportBatch.objects.exists()
