"""Tokens: shown once, scoped, rotated, revoked; whoever has none is nobody."""

import json
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from customers.importing.api import scopes, tokens
from customers.importing.registry import UnknownKind
from customers.models import ApiToken
from tests.conftest import NOON, ClientFor
from tests.customers.importing.api.asking import Asking
from tests.factories.importing import SourceSystemFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]


def made(*arguments: str) -> dict[str, Any]:
    said = StringIO()
    call_command("api_token", *arguments, "--json", stdout=said)
    return dict(json.loads(said.getvalue()))


def test_the_command_makes_a_token_and_puts_another_in_its_place() -> None:
    first, second = made("Shop"), made("shop")

    assert [list(one) for one in (first, second)] == [["token"], ["token"]]
    assert tokens.find_token(first["token"]) is None
    found = tokens.find_token(second["token"])
    assert found is not None
    assert (found.system.key, found.system.name, found.scope) == ("shop", "Shop", "read write")
    assert second["token"].startswith(found.prefix)
    assert found.token_hash not in second["token"]


def test_one_of_another_scope_stands_beside_it() -> None:
    made("shop", "--scope", "read")
    made("shop", "--scope", "write:orders, read")
    assert sorted(ApiToken.objects.in_use().values_list("scope", flat=True)) == ["read", "read write:orders"]


@pytest.mark.parametrize("arguments", [("shop", "--scope", "rule"), ("shop", "--scope", "read:calls"), ("//",)])
def test_what_cannot_be_ends_with_two(arguments: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit) as ended:
        call_command("api_token", *arguments, "--json", stdout=StringIO(), stderr=StringIO())
    assert ended.value.code == 2
    assert not ApiToken.objects.exists()


def test_scopes_are_one_text_however_they_are_written() -> None:
    assert scopes.parse("") == scopes.parse("write, read,read:orders") == "read write"
    assert scopes.parse("write:orders write:customers") == "write:customers write:orders"
    with pytest.raises(UnknownKind):
        scopes.parse("write:calls")


def test_a_token_does_what_its_scope_says_of_its_own_source_alone() -> None:
    SourceSystemFactory.create(key="crm")
    reads, writes = Asking(scope="read:customers"), Asking(scope="write:customers")
    assert writes.put("customers", "1", name="Ada")[0] == 201
    assert reads.get("customers/shop/1")[0] == 200
    for status, found in (
        reads.put("customers", "1", name="Ada"), reads.get("orders"), writes.get("customers"),
        writes.batch("orders", {"external_id": "1"}),
    ):  # fmt: skip
        assert (status, [error["field"] for error in found["errors"]]) == (403, ["Authorization"])
    for status, found in (
        reads.get("customers/crm/1"), reads.get("customers", source="crm"), writes.sent("put", "customers/crm/1", "{}"),
    ):  # fmt: skip
        assert (status, [error["field"] for error in found["errors"]]) == (403, ["source"])


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer nothing", "Basic abc", "Bearer \xff"])
def test_without_a_token_that_is_in_use_nothing_is_said(header: str, client_for: ClientFor) -> None:
    for client in (Client(), client_for("administrator")):
        answer = client.get("/api/v1/customers", headers={"Authorization": header} if header else {})
        assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, 'Bearer realm="api"')
        assert answer.json()["errors"][0]["field"] == "Authorization"


def test_a_revoked_one_opens_nothing() -> None:
    shop = Asking()
    assert shop.get("customers")[0] == 200
    tokens.revoke_token(token=shop.token, now=NOON)
    assert shop.get("customers")[0] == 401


def test_its_last_use_is_written_once_a_minute() -> None:
    shop = Asking()
    for seconds, seen in ((0, 0), (30, 0), (70, 70)):
        shop.token.refresh_from_db()
        tokens.mark_used(token=shop.token, now=NOON + timedelta(seconds=seconds))
        shop.token.refresh_from_db()
        assert shop.token.last_used_at == NOON + timedelta(seconds=seen)
