import pytest
from django.utils.text import format_lazy

from metrics.engine import known
from metrics.engine.rules import RULES, USUAL, days_in_words, in_force, in_words
from metrics.models.rules import WEIGHTS


def test_the_rules_are_those_of_the_field() -> None:
    assert {rule.key: rule.usual for rule in RULES if rule.variable} == {
        "answer_within_s": 20, "short_abandon_s": 5, "repeat_window_hours": 168,
    }  # fmt: skip


def test_those_of_the_hygiene_are_what_their_columns_begin_with() -> None:
    begin = {f"hygiene_{of}": weight for of, weight in WEIGHTS.items()} | {"hygiene_fresh_months": 12}
    assert {rule.key: rule.usual for rule in RULES if not rule.variable} == begin


def test_each_has_its_range_and_its_variable() -> None:
    assert [(rule.key, rule.smallest, rule.largest, rule.variable) for rule in RULES if rule.variable] == [
        ("answer_within_s", 1, 3600, "KPI_ANSWER_WITHIN_S"),
        ("short_abandon_s", 0, 3600, "KPI_SHORT_ABANDON_S"),
        ("repeat_window_hours", 1, 2160, "KPI_REPEAT_WINDOW_HOURS"),
    ]


def test_in_force_is_what_the_process_knows() -> None:
    assert in_force() == USUAL
    with known.assumed(known.State(values={**USUAL, "short_abandon_s": 0})):
        assert in_force() == {**USUAL, "short_abandon_s": 0}


@pytest.mark.parametrize(
    ("hours", "in_hours", "in_days"),
    [(168, "168", "7"), (24, "24", "1"), (36, "36", "1.5"), (1, "1", "0.0416667"), (2160, "2160", "90")],
)
def test_a_rule_in_words_is_that_of_when_it_is_shown(hours: int, in_hours: str, in_days: str) -> None:
    text = format_lazy(
        "{hours} h, {days} d", hours=in_words("repeat_window_hours"), days=days_in_words("repeat_window_hours")
    )
    with known.assumed(known.State(values={**USUAL, "repeat_window_hours": hours})):
        assert str(text) == f"{in_hours} h, {in_days} d"


def test_a_rule_that_there_is_not_has_no_words() -> None:
    with pytest.raises(KeyError, match="patience"):
        str(in_words("patience"))
