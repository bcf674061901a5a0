from typing import Any

import pytest
from django.core.management import CommandParser
from django.db import connection, transaction
from pghistory.models import Context

from crm.celery import app
from crm.common.audit.acting import account, acting, in_bulk, present
from crm.common.commands import DONE, JsonCommand
from customers.models import Interaction, SourceSystem
from tests.factories.importing import SourceSystemFactory
from tests.factories.interactions import InteractionFactory


def who_made(key: str) -> dict[str, Any]:
    event = SourceSystem.pgh_event_model.objects.select_related("pgh_context").get(key=key)  # type: ignore[attr-defined]
    return event.pgh_context.metadata if event.pgh_context else {}


def test_who_acts_is_named_until_they_are_done() -> None:
    with acting(job="outer"):
        with acting(user=5, job="inner"):
            assert present() == {"user": 5, "job": "inner"}
        assert present() == {"job": "outer"}
    assert present() == {}


def test_it_ends_when_what_was_done_fails() -> None:
    with pytest.raises(ZeroDivisionError), acting(user=5):
        raise ZeroDivisionError
    assert present() == {}


@pytest.mark.django_db
def test_each_row_names_who_acted_when_it_was_written() -> None:
    with acting(job="outer"):
        SourceSystemFactory.create(key="before")
        with acting(user=5):
            SourceSystemFactory.create(key="within")
        SourceSystemFactory.create(key="after")
    assert [who_made(key) for key in ("before", "within", "after")] == [
        {"job": "outer"}, {"job": "outer", "user": 5}, {"job": "outer"},
    ]  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_who_is_known_later_is_not_named_for_what_was_done_before() -> None:
    with acting(user=None):
        SourceSystemFactory.create(key="before")
        with acting(user=5):
            SourceSystemFactory.create(key="after")
    assert who_made("before") == {"user": None}
    assert who_made("after") == {"user": 5}


@pytest.mark.django_db(transaction=True)
def test_what_is_done_by_one_actor_in_many_transactions_has_one_row_for_who() -> None:
    with acting(user=5):
        for key in ("a", "b", "c"):
            SourceSystemFactory.create(key=key)
    assert Context.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_without_an_actor_nobody_is_named() -> None:
    SourceSystemFactory.create(key="shop")
    assert who_made("shop") == {}
    assert not Context.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_facts_in_bulk_leave_no_row_each_until_the_transaction_ends() -> None:
    events = Interaction.pgh_event_model.objects  # type: ignore[attr-defined]
    with transaction.atomic(), connection.cursor() as cursor:
        in_bulk(cursor)
        InteractionFactory.create()
    assert not events.exists()
    InteractionFactory.create()
    assert events.count() == 1


class Command(JsonCommand):
    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)

    def run(self, **_options: Any) -> tuple[int, dict[str, Any]]:
        return DONE, present()


def test_a_command_names_itself_and_the_account(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LOGNAME", "operator")
    Command().handle(json=True)
    assert capsys.readouterr().out == '{"command": "test_acting", "account": "operator"}\n'


def test_an_account_without_a_name_has_its_number(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("pwd.getpwuid", {}.__getitem__)
    monkeypatch.setattr("os.getuid", lambda: 4711)
    assert account() == "4711"


def test_a_task_names_itself() -> None:
    @app.task(name="some.tasks.work")
    def work() -> dict[str, Any]:
        return present()

    assert work.apply().get() == {"job": "work"}
    assert work() == {"job": "work"}
    assert present() == {}
