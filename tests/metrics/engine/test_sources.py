"""A source is one declaration, and a wrong one fails where it stands."""

from typing import Any

import pytest

from metrics.engine.components import Component, count
from metrics.engine.sources import FactSource
from metrics.kpis.families import CALL_CENTRE

MINIMAL: dict[str, Any] = {
    "key": "visit",
    "number": 90,
    "label": "visits",
    "family": CALL_CENTRE,
    "imports": ("interactions",),
    "table": "customers_interaction",
    "day": "f.day",
    "components": (count("visits", "true"),),
}


@pytest.mark.parametrize("missing", MINIMAL)
def test_a_declaration_without_one_of_its_parts_is_refused(missing: str) -> None:
    with pytest.raises(TypeError, match=missing):
        FactSource(**{name: value for name, value in MINIMAL.items() if name != missing})


def test_a_declaration_that_no_import_feeds_is_refused() -> None:
    with pytest.raises(TypeError, match="visit: say which imports bring its facts"):
        FactSource(**{**MINIMAL, "imports": ()})


def test_a_rule_that_there_is_not_is_refused() -> None:
    with pytest.raises(TypeError, match="visit: there is no rule patience"):
        FactSource(**{**MINIMAL, "only": "f.duration_s < {patience}"})


def test_a_number_below_one_is_refused() -> None:
    with pytest.raises(TypeError, match="visit: numbers begin with 1"):
        FactSource(**{**MINIMAL, "number": 0})


class TestWatched:
    def watched(self, *components: Component, **fields: Any) -> tuple[str, ...]:
        return FactSource(**{**MINIMAL, "components": components, **fields}).watched

    def test_every_column_that_sums_and_conditions_read_by_name(self) -> None:
        assert self.watched(Component("a", "f.duration_s", "f.outcome = 'solved'"), only="f.is_contact") == (
            "f.duration_s",
            "f.is_contact",
            "f.outcome",
        )

    def test_only_whether_it_is_null_where_only_that_is_asked(self) -> None:
        assert self.watched(count("a", "f.subject IS NULL")) == ("f.subject IS NULL",)
        assert self.watched(count("a", "f.subject IS NOT NULL"), only="f.subject <> ''") == ("f.subject",)

    def test_what_a_function_reads_that_is_joined(self) -> None:
        joined = "CROSS JOIN LATERAL crm_invoice_standing(f, {clock_day}) s"
        found = self.watched(count("a", "s.is_due"), beside=joined, reads=("amount", "day"))
        assert found == ("f.amount",)

    def test_not_what_the_cell_tells_already(self) -> None:
        assert self.watched(count("a", "f.day > '2020-01-01'")) == ()

    def test_a_column_that_the_cell_reads_in_part_is_watched_too(self) -> None:
        assert self.watched(count("a", "f.team_id IS NULL")) == ("f.team_id IS NULL",)
