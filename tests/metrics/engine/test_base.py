"""A KPI is sums over sums; one that names a sum there is not fails where it is declared."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from metrics.engine import known
from metrics.engine.base import Kpi, quotient, terms_of
from metrics.engine.components import count
from metrics.engine.rules import USUAL
from metrics.kpis import get_kpi
from metrics.kpis.issues import ISSUES

ASA = get_kpi("asa")


@pytest.mark.parametrize(
    ("expression", "terms"),
    [
        ("answered", {"answered": 1}),
        ("answered + abandoned - abandoned_within", {"answered": 1, "abandoned": 1, "abandoned_within": -1}),
        ("- answered", {"answered": -1}),
        ("+answered-abandoned", {"answered": 1, "abandoned": -1}),
        ("  answered  ", {"answered": 1}),
    ],
)
def test_the_terms_of_a_sum(expression: str, terms: dict[str, int]) -> None:
    assert terms_of(expression) == terms


@pytest.mark.parametrize(
    ("shape", "figure"), [("score", 50), ("proportion", 0.5), ("mean", 0.5), ("ratio", 0.5), ("sum", 0.5)]
)
def test_a_score_is_read_in_points_and_nothing_else(shape: str, figure: float) -> None:
    assert quotient(1.0, 2.0, shape=shape) == quotient(Decimal(1), Decimal(2), shape=shape) == figure
    assert quotient(1.0, 0.0, shape=shape) is quotient(Decimal(1), Decimal(0), shape=shape) is None


@pytest.mark.parametrize(
    "expression",
    ["", " ", "+", "answered *", "2 * answered", "answered / abandoned", "answered +", "answered abandoned", "- - a"],
)
def test_what_is_no_sum_is_refused(expression: str) -> None:
    with pytest.raises(ValueError, match="not a sum of components"):
        terms_of(expression)


@pytest.mark.parametrize("expression", ["answered + answered", "answered - answered"])
def test_a_component_stands_in_a_sum_once(expression: str) -> None:
    with pytest.raises(ValueError, match="not a sum of components"):
        terms_of(expression)


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"numerator": "waits"}, "waits"),
        ({"denominator": "calls - answered"}, "calls"),
        ({"n": "heads"}, "heads"),
        ({"numerator": "waits", "denominator": "calls", "n": "heads"}, "calls, heads, waits"),
        ({"n_source": ISSUES}, "answered"),  # `n` comes from the other source alone
    ],
)
def test_components_that_there_are_not_are_named(fields: dict[str, Any], named: str) -> None:
    with pytest.raises(ValueError, match=f"^asa: no such components: {named}$"):
        replace(ASA, **fields)


def test_without_a_denominator_it_is_a_plain_sum() -> None:
    kpi = replace(ASA, numerator="talk + hold", denominator=None, n="ended")

    assert (kpi.numerator_terms, kpi.denominator_terms, kpi.n_terms) == ({"talk": 1, "hold": 1}, None, {"ended": 1})
    assert (kpi.numerator_unit, kpi.denominator_unit) == ("ms", "count")


@pytest.mark.parametrize(
    ("key", "units"),
    [
        ("asa", ("ms", "count")),
        ("service_level", ("count", "count")),
        ("operating_cost_ratio", ("money", "money")),
        ("revenue", ("money", "count")),
    ],
)
def test_units_are_those_of_the_sums(key: str, units: tuple[str, str]) -> None:
    kpi = get_kpi(key)

    assert (kpi.numerator_unit, kpi.denominator_unit) == units


class TestComponents:
    def test_stand_in_stored_order_each_once(self) -> None:
        kpi = replace(ASA, numerator="wait_answered", denominator="abandoned + answered", n="rejected + answered")

        assert kpi.components == ("answered", "abandoned", "rejected", "wait_answered")

    def test_are_of_its_own_source_only(self) -> None:
        other = replace(ISSUES, components=(count("abandoned", "true"),))  # a sum of the same name
        kpi = replace(ASA, n="abandoned", n_source=other)

        assert kpi.components == ("answered", "wait_answered")
        assert kpi.sources == (ASA.source, other)
        assert ASA.sources == (ASA.source,)


class TestRules:
    def rules(self, **fields: Any) -> tuple[str, ...]:
        return replace(ASA, **fields).rules

    def test_are_those_its_own_sums_read(self) -> None:
        assert self.rules() == ()
        assert self.rules(numerator="answered_within") == ("answer_within_s",)
        assert self.rules(numerator="abandoned_short - answered_within") == ("answer_within_s", "short_abandon_s")

    def test_are_also_those_of_the_source_of_its_n(self) -> None:
        of_n = replace(ASA, source=ISSUES, numerator="issues", denominator=None, n="issues").rules

        assert self.rules(n="issues", n_source=ISSUES) == of_n


class TestVersion:
    LEVEL: Kpi = get_kpi("service_level")

    def test_is_its_revision_under_the_usual_rules(self) -> None:
        assert self.LEVEL.version_under(USUAL) == self.LEVEL.version == 1
        assert replace(self.LEVEL, revision=3).version_under(USUAL) == 3

    def test_is_another_under_another_rule_that_it_reads(self) -> None:
        thirty = {**USUAL, "answer_within_s": 30}

        assert self.LEVEL.version_under(thirty) > 1_000_000
        assert ASA.version_under(thirty) == 1
        assert self.LEVEL.version_under({**USUAL, "short_abandon_s": 9}) == 1

    def test_is_that_of_the_rules_whose_figures_are_shown(self) -> None:
        thirty = {**USUAL, "answer_within_s": 30}
        with known.assumed(known.State(values=thirty)):
            assert self.LEVEL.version == self.LEVEL.version_under(thirty)
        assert self.LEVEL.version == 1


def test_the_parts_of_a_figure_are_in_the_units_it_is_shown_in() -> None:
    assert ASA.parts({"wait_answered": 9_500, "answered": 2}) == (Decimal("9.5"), Decimal(2))
    profit = {"ledger_revenue": 50_000, "cost_of_sales": 20_000, "operating_cost": 35_000}
    assert get_kpi("profit").parts(profit) == (Decimal("-0.5"), None)
