"""What a process knows of rules and versions: one state for a page, a new one soon after a change."""

import time
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from metrics.engine import known
from metrics.engine.known import Known, State, assume, assumed, pinned, refresh, state, values_now
from metrics.engine.rules import USUAL
from metrics.models import KpiRules, RollupVersion

OTHER = State(values={**USUAL, "answer_within_s": 40})


def version(source: int, number: int, **fields: Any) -> RollupVersion:
    return RollupVersion(source=source, version=number, revision=1, **fields)


def test_versions_are_those_of_the_source() -> None:
    first, second, third = version(1, 1), version(2, 1), version(1, 7)
    assert State(values=USUAL, kept=(first, second, third)).versions_of(1) == [first, third]
    assert State(values=USUAL).versions_of(1) == []


@pytest.mark.django_db
class TestReading:
    @pytest.fixture(autouse=True)
    def stored(self) -> None:
        KpiRules.objects.create(**{**USUAL, "answer_within_s": 30}, reason="so")

    def test_the_newest_rules_and_the_versions_that_are_not_going(self) -> None:
        version(1, 1, going=True).save()
        kept = version(1, 2)
        kept.save()
        assert values_now() == {**USUAL, "answer_within_s": 30}
        assert refresh() == state() == State(values=values_now(), kept=(kept,))

    def test_what_is_not_known_is_read_once(self, django_assert_num_queries: DjangoAssertNumQueries) -> None:
        assume(None)
        with django_assert_num_queries(2):
            assert [state().values["answer_within_s"] for _ in range(3)] == [30] * 3

    @pytest.mark.parametrize(("limit", "age", "seconds"), [(5, 4, 40), (5, 6, 30), (None, 10**6, 40)])
    def test_what_is_old_is_read_again(self, settings: Any, limit: float | None, age: float, seconds: int) -> None:
        settings.CRM_COMPANY_REFRESH_S = limit
        assume(OTHER)
        Known.read_at = time.monotonic() - age
        assert [state().values["answer_within_s"] for _ in range(2)] == [seconds] * 2
        assert (time.monotonic() - Known.read_at < 3) is (seconds == 30)

    def test_a_pinned_state_outlives_a_change(self) -> None:
        assume(OTHER)
        with pinned() as first:
            refresh()
            with pinned() as second:
                assert (first, second, state()) == (OTHER, OTHER, OTHER)
            assert state() == OTHER
        assert state().values["answer_within_s"] == 30


def test_it_is_unpinned_also_where_the_work_fails() -> None:
    assume(OTHER)
    with pytest.raises(ZeroDivisionError), pinned():
        raise ZeroDivisionError
    assume(State(values=USUAL))
    assert state().values == USUAL


def test_a_function_may_be_pinned_as_a_whole() -> None:
    @pinned()
    def page() -> tuple[State, State]:
        first = state()
        assume(OTHER)
        return first, state()

    before = state()
    assert page() == (before, before)
    assert state() == OTHER


def test_another_state_is_assumed_for_a_while_also_where_the_work_fails() -> None:
    before = known.state()
    with assumed(OTHER):
        assert state() == OTHER
    assert state() == before
    with pytest.raises(ZeroDivisionError), assumed(OTHER):
        raise ZeroDivisionError
    assert state() == before
