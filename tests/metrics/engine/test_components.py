"""Sums as PostgreSQL computes them: of nothing 0, of too much the most that fits."""

from typing import Any

import pytest
from django.db import connection

from metrics.engine.components import LARGEST, LONGEST, Component, count, money, squares, total

WAITED = "f.waited IS NOT NULL"


def summed(component: Component, *waits: int | None) -> Any:
    """Over facts that waited so many milliseconds, and what each of them adds."""
    values = ", ".join(f"({'NULL' if wait is None else wait}::bigint)" for wait in waits)
    facts = f"(VALUES {values}) f(waited)" if waits else "(SELECT 1::bigint WHERE false) f(waited)"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {component.sql}, pg_typeof({component.sql})::text FROM {facts}")
        found, kind = cursor.fetchone()
        cursor.execute(f"SELECT {component.of_row} FROM {facts}")
        rows = [row for (row,) in cursor.fetchall()]
    assert kind == "bigint"
    return found, rows


@pytest.mark.django_db
class TestSums:
    @pytest.mark.parametrize(
        "component",
        [
            count("calls", WAITED),
            total("waited", "f.waited", WAITED, "ms"),
            squares("squares", "f.waited", WAITED),
            money("amount", "f.waited", WAITED),
        ],
        ids=lambda component: component.name,
    )
    def test_of_nothing_is_nothing(self, component: Component) -> None:
        assert summed(component) == (0, [])
        assert summed(component, None) == (0, [None])

    def test_counts_what_fulfils_the_condition(self) -> None:
        assert summed(count("long", "f.waited > 10"), 10, 11, 12, None) == (2, [None, 1, 1, None])

    def test_adds_up_what_fulfils_the_condition(self) -> None:
        assert summed(total("long", "f.waited", "f.waited > 10", "ms"), 10, 11, 12) == (23, [None, 11, 12])

    def test_money_is_kept_in_ten_thousandths(self) -> None:
        assert summed(money("due", "f.waited - 1", "true"), 3, 0) == (10_000, [20_000, -10_000])

    def test_squares_are_of_hundredths_of_a_second(self) -> None:
        assert summed(squares("squares", "f.waited - 5", WAITED), 35, 1005) == (9 + 10_000, [9, 10_000])

    def test_a_mistaken_duration_stops_nobody(self) -> None:
        assert LONGEST**2 == LARGEST
        found, rows = summed(squares("squares", "f.waited", WAITED), 10**15, 10)
        assert (found, rows) == (LARGEST, [LARGEST, 1])


def test_units_are_those_that_figures_are_shown_by() -> None:
    made = [count("a", "true"), total("b", "f.x", "true", "ms"), squares("c", "f.x", "true"), money("d", "f.x", "true")]
    assert [(each.name, each.unit) for each in made] == [("a", "count"), ("b", "ms"), ("c", "count"), ("d", "money")]
