"""What a browser or a cache on the way may keep."""

from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from tests.conftest import PASSWORD, ClientFor, UserFor
from tests.factories.customers import CustomerFactory
from tests.factories.importing import ImportBatchFactory

pytestmark = pytest.mark.django_db
KEPT_BY_NOBODY = "no-store, private"


def test_nothing_shown_to_staff_is_stored(client_for: ClientFor) -> None:
    customer, batch = CustomerFactory.create(), ImportBatchFactory.create(state="done")
    places = [
        "/", "/customers/", f"/customers/{customer.pk}/", "/customers/export/", "/dashboard/", "/no/such/page/",
        f"/imports/{batch.pk}/rejects.csv", "/me/", "/admin/", "/accounts/password/change/", "/healthz",
    ]  # fmt: skip
    client = client_for("administrator")
    assert {place: client.get(place).headers["Cache-Control"] for place in places} == dict.fromkeys(
        places, KEPT_BY_NOBODY
    )
    assert client_for("sales").get("/dashboard/").headers["Cache-Control"] == KEPT_BY_NOBODY, "refused"


def test_nor_are_the_answers_that_sign_in_and_out(user_for: UserFor) -> None:
    client, user = Client(), user_for("sales")
    answers = [
        client.post("/accounts/login/", {"login": user.email, "password": PASSWORD}),
        client.post("/accounts/logout/"),
    ]
    assert [(one.status_code, one.headers["Cache-Control"]) for one in answers] == [(302, KEPT_BY_NOBODY)] * 2


def test_what_everybody_sees_is_left_as_it_was() -> None:
    assert "Cache-Control" not in Client().get("/no/such/page/").headers


def test_static_files_may_be_kept(client_for: ClientFor, settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "page.css").write_text("body {}")
    settings.STATIC_ROOT = str(tmp_path)
    answer = client_for("sales").get("/static/page.css")
    assert (answer.status_code, answer.getvalue()) == (200, b"body {}")
    assert answer.headers["Cache-Control"] == "max-age=60, public"
    answer.close()
