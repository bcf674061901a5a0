"""Which figures are read: those of the rules in force once they are whole, else the last that were."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from metrics.engine import known
from metrics.engine.definitions import Definition
from metrics.engine.rules import USUAL
from metrics.engine.versions import definition_of, definition_shown, rules_shown
from metrics.kpis.calls import CALLS
from metrics.kpis.issues import ISSUES
from metrics.models import RollupVersion

WITHIN = {seconds: {**USUAL, "answer_within_s": seconds} for seconds in (20, 30, 40, 50)}
MONDAY, TUESDAY = datetime(2026, 5, 4, tzinfo=UTC), datetime(2026, 5, 5, tzinfo=UTC)


def kept(seconds: int, **fields: Any) -> RollupVersion:
    """Figures of calls that were whole on Monday, unless something else is said."""
    rules = {"answer_within_s": seconds, "short_abandon_s": USUAL["short_abandon_s"]}
    version = Definition(CALLS, WITHIN[seconds]).version
    return RollupVersion(**{"source": 1, "version": version, "rules": rules, "whole_at": MONDAY, **fields})


@pytest.mark.parametrize(
    ("versions", "shown"),
    [
        pytest.param([], 20, id="nothing yet"),
        pytest.param([kept(20)], 20, id="whole"),
        pytest.param([kept(20, behind_since=TUESDAY), kept(30, whole_at=TUESDAY)], 20, id="in force and once whole"),
        pytest.param([kept(20, whole_at=None)], 20, id="being computed, without another"),
        pytest.param([kept(20, whole_at=None), kept(30)], 30, id="being computed"),
        pytest.param([kept(30, whole_at=TUESDAY), kept(40)], 30, id="the last that was whole"),
        pytest.param([kept(30), kept(40, whole_at=TUESDAY)], 40, id="in any order"),
        pytest.param([kept(30, whole_at=TUESDAY, behind_since=TUESDAY), kept(40)], 40, id="rather not behind"),
        pytest.param([kept(30, version=99, whole_at=TUESDAY), kept(40)], 40, id="not of another revision"),
        pytest.param([kept(30, version=99)], 20, id="only of another revision"),
        pytest.param([kept(30, source=2)], 20, id="only of another source"),
    ],
)
def test_the_figures_shown(versions: list[RollupVersion], shown: int) -> None:
    with known.assumed(known.State(values=USUAL, kept=tuple(versions))):
        assert definition_shown(CALLS) == Definition(CALLS, WITHIN[shown])
        assert rules_shown(CALLS) == WITHIN[shown]


def test_rules_in_force_that_the_source_does_not_read_make_no_other_version() -> None:
    day = {**USUAL, "repeat_window_hours": 24}
    with known.assumed(known.State(values=day, kept=(kept(20),))):
        assert (rules_shown(CALLS), rules_shown(ISSUES)) == (day, day)


def test_the_definition_of_a_version_that_is_kept() -> None:
    assert definition_of(CALLS, kept(20, rules={})) == Definition(CALLS, USUAL)
    assert definition_of(CALLS, kept(50)) == Definition(CALLS, WITHIN[50])
    assert definition_of(CALLS, kept(50, rules={})) is None
    assert definition_of(replace(CALLS, revision=2), kept(50)) is None
