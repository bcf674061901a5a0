from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from metrics.engine.components import Component, count
from metrics.engine.definitions import Definition, fingerprint
from metrics.engine.rules import USUAL
from metrics.kpis.calls import CALLS
from metrics.kpis.issues import ISSUES

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


class TestFingerprint:
    @pytest.mark.parametrize(
        ("revision", "rules", "version"),
        [
            (1, {}, 1),
            (7, {"a": 1, "b": 2}, 7),
            (1, {"b": 2, "a": 1}, 1),
            (1, {"a": 1, "b": 3}, 1_962_625),
            (1, {"b": 3, "a": 1}, 1_962_625),
            (2, {"a": 1, "b": 3}, 2_962_625),
            (1, {"a": 3, "b": 1}, 1_945_509),
        ],
    )
    def test_is_the_revision_or_a_number_of_the_rules(
        self, revision: int, rules: Mapping[str, int], version: int
    ) -> None:
        usual = {"a": 1, "b": 2} if rules else {}

        assert fingerprint(revision=revision, rules=rules, usual=usual) == version


class TestVersions:
    def test_the_usual_rules_give_the_plain_version(self) -> None:
        assert Definition(CALLS, USUAL).version == 1
        assert Definition(replace(CALLS, revision=4), USUAL).version == 4

    def test_another_rule_is_another_version(self) -> None:
        versions = {Definition(CALLS, {**USUAL, "answer_within_s": seconds}).version for seconds in (20, 30, 31)}
        assert len(versions) == 3
        assert min(versions - {1}) > 1_000_000

    def test_a_rule_that_it_does_not_read_is_none_of_its_business(self) -> None:
        assert Definition(CALLS, {**USUAL, "repeat_window_hours": 24}).version == 1
        assert Definition(ISSUES, {**USUAL, "answer_within_s": 30}).version == 1
        assert Definition(ISSUES, {**USUAL, "repeat_window_hours": 24}).version > 1_000_000


class TestFilled:
    STORED = "(SELECT {} FROM metrics_clock WHERE key = 'call')"

    @pytest.mark.parametrize(
        ("sql", "filled"),
        [
            ("", ""),
            ("f.waited_ms > 0", "f.waited_ms > 0"),
            ("{answer_within_s} + {short_abandon_s} + {answer_within_s}", "30 + 5 + 30"),
            ("day < {clock_day}", f"day < {STORED.format('crm_day(done_until)')}"),
            ("at < {clock}", f"at < {STORED.format('done_until')}"),
        ],
    )
    def test_with_the_rules_and_the_moment_the_clock_has_stored(self, sql: str, filled: str) -> None:
        assert Definition(CALLS, {**USUAL, "answer_within_s": 30}).filled(sql) == filled

    def test_with_a_moment_of_its_own(self) -> None:
        moment = "'2026-05-04T12:00:00+00:00'::timestamptz"

        assert Definition(CALLS, USUAL, NOON).filled("{clock} {clock_day}") == f"{moment} crm_day({moment})"

    def test_not_with_a_rule_that_there_is_not(self) -> None:
        with pytest.raises(KeyError, match="patience"):
            Definition(CALLS, USUAL).filled("{patience}")


class TestStatements:
    def test_name_the_table_its_number_and_the_rows(self) -> None:
        definition = Definition(CALLS, USUAL)

        assert (definition.table, definition.number) == ("customers_call", 1)
        assert (definition.facts, definition.only) == ("customers_call f", "true")

    def test_are_filled(self) -> None:
        source = replace(
            CALLS,
            beside="JOIN s ON s.at < {answer_within_s}",
            only="f.waited_ms > {short_abandon_s}",
            components=(count("calls", "true"), Component("late", "f.waited_ms", "f.waited_ms > {answer_within_s}")),
            histograms=(),
        )
        definition = Definition(source, USUAL)

        assert definition.facts == "customers_call f JOIN s ON s.at < 20"
        assert definition.only == "f.waited_ms > 5"
        assert definition.sums == [
            "count(*) FILTER (WHERE true)::bigint",
            "coalesce(sum(f.waited_ms) FILTER (WHERE f.waited_ms > 20), 0)::bigint",
        ]
