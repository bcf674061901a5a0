"""The pages of tokens, and the one that describes the API."""

import re

import pytest
from django.test import Client

from customers.importing.api import scopes, tokens
from customers.models import ApiToken
from tests.conftest import ClientFor
from tests.factories.importing import ApiTokenFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]


def secret_of(page: str) -> str:
    found = re.search(r'value="(crm_[\w-]+)"', page)
    assert found
    return found[1]


def test_a_token_is_made_and_shown_once(client_for: ClientFor) -> None:
    client = client_for("administrator")
    data = {"source": "Web shop", "may": ["read", "write"], "kinds": ["orders", "customers"]}
    page = client.post("/imports/tokens/new/", data)
    token = ApiToken.objects.get()
    assert tokens.find_token(secret_of(page.content.decode())) == token
    assert token.scope == "read:customers read:orders write:customers write:orders"
    assert (token.system.key, token.created_by) == ("web-shop", page.wsgi_request.user)
    assert page.headers["Cache-Control"] == "no-store, private"
    for place in ("/imports/tokens/", f"/imports/tokens/{token.pk}/"):
        assert not re.search(r"crm_[\w-]{20}", client.get(place).content.decode())


def test_rotating_shows_another_and_ends_the_first(client_for: ClientFor) -> None:
    token = ApiTokenFactory.create(scope="read")
    page = client_for("administrator").post(f"/imports/tokens/{token.pk}/rotate/")
    found = tokens.find_token(secret_of(page.content.decode()))
    assert found is not None
    assert (found.system, found.scope) == (token.system, "read")
    token.refresh_from_db()
    assert token.revoked_at is not None


def test_a_source_without_a_name_is_asked_for_again(client_for: ClientFor) -> None:
    page = client_for("administrator").post("/imports/tokens/new/", {"source": "//", "may": ["read"]})
    assert page.status_code == 422
    assert "is no name for a source" in page.content.decode()


def test_the_page_of_the_api_describes_every_kind_to_everyone() -> None:
    page = Client().get("/api/v1/docs").content.decode()
    for spec in scopes.offered():
        assert f"PUT /api/v1/{spec.kind}/SOURCE/" in page
    assert "<script>" not in page
    document = Client().get("/api/v1/openapi.json").json()
    assert len(document["paths"]) == 3 * len(scopes.offered())
    assert document["openapi"].startswith("3.1")
