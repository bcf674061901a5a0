"""The lines of a scorecard as files say them: plain, with nothing where there is nothing."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from metrics.kpis import get_kpi
from metrics.pages.scorecard import COLUMNS, as_json, as_markdown, as_rows
from metrics.verdicts.lines import Line

AS_OF = date(2026, 10, 31)


def line(kpi: str = "csat", **fields: Any) -> Line:
    """Of which nothing is known."""
    nothing = dict.fromkeys(Line.__dataclass_fields__)
    said = {"version": 1, "scope": "whole company", "team_name": "", "tier_name": "", "verdict": "no_data",
            "verdict_text": "no data", "reason": "", "change_kind": "difference", "same_season": False,
            "chosen_after_go_live": False, "read_out": False}  # fmt: skip
    return Line(**{**nothing, **said, "kpi": get_kpi(kpi), **fields})


class TestJson:
    @pytest.mark.parametrize(
        ("kpi", "figure", "written"),
        [
            ("revenue", "1200.5000", Decimal("1200.5000")),
            ("asa", "20.5", 20.5),
            ("csat", "0.8", 0.8),
            ("csat", "0", 0.0),
        ],
    )
    def test_money_is_exact_and_every_other_figure_a_number(self, kpi: str, figure: str, written: Any) -> None:
        names = ("baseline", "frozen", "current", "target")
        found = as_json(line(kpi, **dict.fromkeys(names, Decimal(figure))))
        assert [found[name] for name in names] == [written] * 4
        assert {type(found[name]) for name in names} == {type(written)}

    def test_what_there_is_not_is_null(self) -> None:
        found = as_json(line(low=None, high=0.1))
        names = ("baseline", "frozen", "current", "target", "change", "interval", "n", "team", "target_met", "go_live")
        assert {name: found[name] for name in names} == dict.fromkeys(names)

    def test_an_interval_is_its_ends_and_n_the_present_one(self) -> None:
        found = as_json(line(low=-0.1, high=0.0, n_current=7, n_baseline=9))
        assert (found["interval"], found["n"], found["n_baseline"]) == ([-0.1, 0.0], 7, 9)

    def test_it_names_the_kpi_by_key_and_the_version_that_was_judged(self) -> None:
        found = as_json(line("asa", version=77))
        assert [found[name] for name in ("kpi", "name", "unit", "version", "higher_is_better")] == [
            "asa", "Average speed of answer", "seconds", 77, False,
        ]  # fmt: skip
        assert {"scope", "team_id"} & set(found) == set()


def test_a_row_has_a_cell_for_every_column() -> None:
    (header, first, second) = as_rows([line(scope="North · phone", team="north"), line("revenue", current=Decimal(5))])
    assert header == COLUMNS
    assert [len(row) for row in (first, second)] == [len(COLUMNS)] * 2
    told = dict(zip(COLUMNS, first, strict=True))
    assert (told["kpi"], told["scope"], told["team"], told["current"]) == ("csat", "North · phone", "north", None)
    assert dict(zip(COLUMNS, second, strict=True))["current"] == Decimal(5)


def test_rows_of_nothing_are_their_header() -> None:
    assert list(as_rows([])) == [COLUMNS]


class TestMarkdown:
    def cells(self, *lines: Line) -> list[list[str]]:
        title, empty, _heads, rule, *rows = as_markdown(lines, as_of=AS_OF).rstrip("\n").split("\n")
        assert (title, empty, rule) == ("# Scorecard as of 2026-10-31", "", "| " + " | ".join(["---"] * 9) + " |")
        return [row.removeprefix("| ").removesuffix(" |").split(" | ") for row in rows]

    def test_of_nothing_is_a_table_without_rows(self) -> None:
        assert self.cells() == []

    def test_of_a_kpi_without_figures_says_so(self) -> None:
        assert self.cells(line(reason="x")) == [
            ["Customer satisfaction", "whole company", "– (n = 0)", "– (n = 0)", "–", "–", "–", "no data", "x"]
        ]

    def test_figures_are_in_the_kpis_units_and_sums_an_average_month(self) -> None:
        figures = {"baseline": Decimal(1000), "n_baseline": 12, "current": Decimal(1200), "n_current": 3}
        (row,) = self.cells(line("revenue", **figures, target=Decimal(1500), change=1.2, p_adjusted=0.0004))
        assert row[2:7] == [
            "€1,000 a month (n = 12)", "€1,200 a month (n = 3)", "€1,500 a month", "+20.0%", "< 0.001",
        ]  # fmt: skip

    def test_a_change_has_its_interval_behind_it(self) -> None:
        (row,) = self.cells(line("asa", change=0.9, low=0.8, high=1.0))
        assert row[5] == "−10.0% (−20.0% to ±0.0%)"

    def test_what_people_write_breaks_no_table(self) -> None:
        (row,) = as_markdown([line(scope="a|b", reason="one\ntwo | three")], as_of=AS_OF).splitlines()[4:]
        assert "| a\\|b |" in row
        assert row.endswith("| one two \\| three |")
