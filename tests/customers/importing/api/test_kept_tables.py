"""The tables of small chunks stay with the session; what comes of the rows is what the files' own tables give."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import ProgrammingError, connection, transaction

from crm.common import kept_tables
from customers.importing.api import writing
from customers.models import Customer
from tests.customers.importing.api.asking import Asking
from tests.customers.importing.world import FILES, state

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]


def send_world(*, kept: bool, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Everything the files of several departments say, item by item, but what only mappings make."""
    with monkeypatch.context() as patched:
        patched.setattr(writing, "FEW", 50 if kept else 0)
        askers: dict[str, Asking] = {}
        for source, kind, _mapping, headers, rows in FILES:
            if source not in askers:
                askers[source] = Asking(source)
            items = [dict(zip(headers.split(","), row, strict=True)) for row in rows]
            for key in dict.fromkeys(item["external_id"] for item in items):
                askers[source].batch(kind, *(item for item in items if item["external_id"] == key))
    return state()


def test_it_makes_no_difference_whether_tables_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    with transaction.atomic():
        plain = send_world(kept=False, monkeypatch=monkeypatch)
        transaction.set_rollback(True)
    kept = send_world(kept=True, monkeypatch=monkeypatch)
    assert plain["customers"]
    assert plain["lines"]
    assert kept == plain
    with connection.cursor() as cursor:
        cursor.execute(kept_tables._THERE)
        names = [name for (name,) in cursor.fetchall()]
    assert "imp_keys__customers" in names
    assert "imp_keys__orders" in names


def test_the_second_request_makes_no_table() -> None:
    shop = Asking()
    shop.put("customers", "1", name="Ada")
    said: list[str] = []

    def listen(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        said.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(listen):
        assert shop.put("customers", "2", name="Eve")[1]["result"] == "created"
    assert [sql for sql in said if "CREATE" in sql or "ANALYZE" in sql or "ALTER" in sql] == []


def test_a_chunk_that_cannot_be_read_so_is_done_with_tables_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> tuple[str, ...]:
        raise ProgrammingError("syntax error")

    monkeypatch.setattr(kept_tables, "_rewritten", broken)
    assert Asking().put("customers", "1", name="Ada")[1]["result"] == "created"
    assert Customer.objects.count() == 1
