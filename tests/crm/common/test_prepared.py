from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import NotSupportedError, ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from crm.common import prepared

pytestmark = pytest.mark.django_db
NINE = datetime(2026, 3, 1, 9, tzinfo=UTC)
PLANS = "SELECT generic_plans, custom_plans FROM pg_prepared_statements WHERE name LIKE 'crm%%' AND statement LIKE %s"


def rows(statement: str, params: Sequence[Any] | Mapping[str, Any] = ()) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        prepared.run(cursor, statement, params)
        return list(cursor.fetchall())


def plans(part: str) -> list[tuple[int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(PLANS, [f"%{part}%"])
        return list(cursor.fetchall())


@pytest.mark.parametrize(
    ("statement", "params", "expected"),
    [
        ("SELECT 1", (), [(1,)]),
        ("SELECT %s + 1, 'a%%'", [41], [(42, "a%")]),
        (
            "SELECT %(day)s - 1, %(day)s, n FROM generate_series(1, %(last)s) n WHERE 'a%%' LIKE %(text)s",
            {"day": date(2026, 3, 1), "last": 2, "text": "_%", "more": "than is asked for"},
            [(date(2026, 2, 28), date(2026, 3, 1), 1), (date(2026, 2, 28), date(2026, 3, 1), 2)],
        ),
        ("SELECT n FROM generate_series(1, 9) n WHERE n = ANY (%s) AND %s", [[2, 3, 77], True], [(2,), (3,)]),
        (
            "SELECT extract(hour FROM %s AT TIME ZONE %s)::int",
            [datetime(2026, 3, 1, 9, tzinfo=UTC), "Asia/Tokyo"],
            [(18,)],
        ),
        ("SELECT 1::int < %s, 1::int < %s, 1::int < %s", [2**63 - 1, Decimal("1.5"), 2], [(True, True, True)]),
        ("SELECT 1::int < %s, 1::bigint > %s", [2**63, -(10**30)], [(True, True)]),
        ("SELECT coalesce(%s, 'nothing'), %s::text", [None, "$1; it's"], [("nothing", "$1; it's")]),
    ],
)
def test_it_gives_what_asking_gives_and_is_one_query_each_time(
    statement: str, params: Any, expected: list[tuple[Any, ...]], settings: Settings
) -> None:
    for on in (True, True, False):
        settings.DATABASE_PREPARES = on
        with CaptureQueriesContext(connection) as asked:
            assert rows(statement, params) == expected
        assert len(asked) == 1
        assert ("EXECUTE" in asked[0]["sql"]) is on


def test_after_some_plans_of_their_own_one_plan_serves_all_values() -> None:
    for number in range(9):
        assert rows("SELECT id FROM customers_customer WHERE id = %s -- planned", [number]) == []
    assert plans("-- planned") == [(4, 5)]


def test_one_plan_may_serve_all_from_the_start_for_that_statement_alone() -> None:
    with connection.cursor() as cursor:
        for number in range(3):
            prepared.run(cursor, "SELECT %s::int -- one plan", [number], one_plan=True)
            assert cursor.fetchall() == [(number,)]
    assert plans("-- one plan") == [(3, 0)]


@pytest.mark.django_db(transaction=True)
def test_the_session_goes_on_choosing_plans_itself() -> None:
    with connection.cursor() as cursor:
        prepared.run(cursor, "SELECT %s::int", [1], one_plan=True)
        cursor.execute("SHOW plan_cache_mode")
        assert cursor.fetchone() == ("auto",)


def test_one_of_other_types_is_another_statement() -> None:
    assert rows("SELECT %s = %s -- typed", [date(2026, 3, 1), date(2026, 3, 1)]) == [(True,)]
    assert rows("SELECT %s = %s -- typed", [True, False]) == [(False,)]
    assert len(plans("-- typed")) == 2


def test_a_statement_that_cannot_be_planned_fails_each_time_and_is_not_taken_for_known() -> None:
    for _ in range(2):
        with pytest.raises(ProgrammingError, match="not_there"), transaction.atomic():
            rows("SELECT * FROM not_there WHERE id = %s", [1])


def test_what_is_rolled_back_stays_known() -> None:
    with transaction.atomic():
        assert rows("SELECT %s::int -- rolled back", [1]) == [(1,)]
        transaction.set_rollback(True)
    assert rows("SELECT %s::int -- rolled back", [2]) == [(2,)]


def test_a_session_keeps_so_many_and_then_begins_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prepared, "KEPT", 3)
    for number in range(8):
        with CaptureQueriesContext(connection) as asked:
            assert rows(f"SELECT %s::int + {number} -- one of many", [1]) == [(1 + number,)]
        assert len(asked) == 1
    assert 1 <= len(plans("-- one of many")) <= 3


@pytest.mark.django_db(transaction=True)
def test_a_result_with_other_columns_is_planned_anew_and_in_a_transaction_fails_once() -> None:
    ask, add = "SELECT * FROM shape -- columns", "ALTER TABLE shape ADD {} int"
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE shape AS SELECT 1 AS a")
        assert rows(ask) == [(1,)]
        cursor.execute(add.format("b"))
        assert rows(ask) == rows(ask) == [(1, None)]
        cursor.execute(add.format("c"))
        with pytest.raises(NotSupportedError), transaction.atomic():
            rows(ask)
        assert rows(ask) == [(1, None, None)]
        cursor.execute("DROP TABLE shape")


@pytest.mark.django_db(transaction=True)
def test_another_session_knows_nothing_and_is_told() -> None:
    assert rows("SELECT %s::int -- sessions", [1]) == [(1,)]
    connection.close()
    assert rows("SELECT %s::int -- sessions", [2]) == [(2,)]
    assert len(plans("-- sessions")) == 1
