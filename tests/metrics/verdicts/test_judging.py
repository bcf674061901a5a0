from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from metrics.verdicts.figures import MONTH_DAYS, DayFigure, Judgement, Reason, Shape
from metrics.verdicts.judging import _tested, correct_for_many
from metrics.verdicts.reasons import render
from metrics.verdicts.windows import Window
from tests.metrics.verdicts.programmes import (
    GO_LIVE,
    YEAR_2024,
    figures,
    frozen,
    judged,
    keys,
    mean_of,
    net_of,
    rising,
    sample,
    share_of,
)


def test_a_clear_rise_of_a_share_is_better_where_higher_is() -> None:
    found = judged(frozen(share_of(0.7)), share_of(0.8))

    assert (found.verdict, keys(found)) == ("improved", ["improved", "season"])
    assert (found.n_before, found.n_now) == (9000, 9000)
    assert found.low is not None
    assert found.high is not None
    assert found.change == pytest.approx(0.1, abs=1e-3)
    assert 0.08 < found.low < 0.1 < found.high < 0.12


def test_the_same_rise_is_worse_where_lower_is_better() -> None:
    assert judged(frozen(share_of(0.7)), share_of(0.8), higher_is_better=False).verdict == "worse"


def test_the_reason_says_the_figures_and_n() -> None:
    found = judged(frozen(share_of(0.7)), share_of(0.8))

    assert render(found.reasons).startswith("From 70.0% to 80.0%: a change of +10.0 pp (95% interval +")
    assert "n 9,000 before, 9,000 now), and that is better." in render(found.reasons)
    assert render(found.reasons).endswith("Compared with the same calendar days of the baseline.")


def test_the_same_share_is_no_evidence() -> None:
    found = judged(frozen(share_of(0.7)), share_of(0.7))

    assert (found.verdict, keys(found)[0]) == ("no_evidence", "within_chance")
    assert found.p is not None
    assert found.p > 0.5


def test_shorter_waits_improve_and_the_change_is_a_ratio() -> None:
    before = frozen(mean_of(60), shape=Shape.MEAN)

    found = judged(before, mean_of(45), shape=Shape.MEAN, unit="seconds", higher_is_better=False)

    assert found.verdict == "improved"
    assert found.is_ratio
    assert found.change == pytest.approx(0.75, abs=0.01)
    assert "From 60.0 s to 45.0 s: a change of −25" in render(found.reasons)


def test_a_score_is_compared_in_points() -> None:
    before = frozen(net_of(2), shape=Shape.SCORE, ends=0.6)

    found = judged(before, net_of(4), shape=Shape.SCORE, unit="score")

    assert found.verdict == "improved"
    assert found.change == pytest.approx(20.0, abs=0.3)
    assert found.p is not None
    assert found.p < 0.001


def test_a_season_of_a_score_may_be_more_extreme_than_the_whole_baseline() -> None:
    def answers(day: date) -> DayFigure:
        return DayFigure(day, 10 if day.month <= 3 else 0, 10, 10)

    before = frozen(answers, shape=Shape.SCORE, ends=0.3)

    assert judged(before, net_of(9), shape=Shape.SCORE, unit="score").before == 100.0


def test_without_baseline_there_is_no_change_and_never_0() -> None:
    found = judged(None, share_of(0.8))

    assert (found.verdict, keys(found)) == ("no_baseline", ["no_baseline"])
    assert (found.before, found.change, found.p) == (None, None, None)
    assert found.now == pytest.approx(0.8, abs=1e-3)


def test_a_baseline_of_an_older_definition_says_so() -> None:
    found = judged(None, share_of(0.8), outdated_version=1)

    assert (found.verdict, keys(found)) == ("no_baseline", ["old_definition"])


@pytest.mark.parametrize(("days", "verdict"), [(27, "too_early"), (28, "improved")])
def test_under_28_whole_days_it_is_too_early(days: int, verdict: str) -> None:
    assert judged(frozen(share_of(0.7)), share_of(0.8), days=days).verdict == verdict


def test_too_early_says_how_many_days_and_how_many_counted() -> None:
    found = judged(frozen(share_of(0.7)), share_of(0.8), days=20)

    assert (found.change, found.p) == (None, None)
    assert render(found.reasons) == (
        "20 whole days have passed since go-live on Jan. 1, 2025; 28 are needed (n 2,000 so far)."
    )


def test_before_go_live_it_is_too_early() -> None:
    found = judged(frozen(share_of(0.7)), share_of(0.8), current=None, as_of=date(2024, 12, 31))

    assert (found.verdict, render(found.reasons)) == ("too_early", "Go-live is on Jan. 1, 2025.")


def test_few_counted_since_go_live_is_too_early() -> None:
    def rare(day: date) -> DayFigure:
        return DayFigure(day, float(day.day == 5), float(day.day in (5, 6)), int(day.day in (5, 6)))

    found = judged(frozen(share_of(0.7)), rare)

    assert (found.verdict, found.n_now) == ("too_early", 6)
    assert render(found.reasons[:1]) == "Only 6 counted since go-live; 30 are needed."


def test_nothing_counted_is_no_data_never_0() -> None:
    found = judged(frozen(share_of(0.7)), lambda day: DayFigure(day, 0.0, 0.0, 0))

    assert (found.verdict, keys(found)[0]) == ("no_data", "no_current_data")
    assert (found.now, found.change) == (None, None)


def test_another_change_around_go_live_makes_it_not_attributable() -> None:
    found = judged(frozen(share_of(0.7)), share_of(0.8), other_changes=("price rise", "strike"))

    assert found.verdict == "not_attributable"
    assert found.p is None
    assert "price rise; strike" in render(found.reasons)


@pytest.mark.parametrize("shape", [Shape.SUM, Shape.RATIO])
def test_sums_and_ledger_ratios_are_not_guessed_at(shape: Shape) -> None:
    found = judged(frozen(share_of(0.7), shape=shape), share_of(0.9), shape=shape, unit="count")

    assert (found.verdict, found.p) == ("no_evidence", None)
    assert keys(found)[0] == ("needs_series_sum" if shape is Shape.SUM else "needs_series")


def test_sums_are_compared_by_the_month() -> None:
    found = judged(frozen(share_of(0.5), shape=Shape.SUM), share_of(1.0), shape=Shape.SUM, unit="count")

    assert found.before == pytest.approx(50 * MONTH_DAYS, rel=1e-3)
    assert found.change == pytest.approx(2.0, rel=1e-3)


def test_under_twelve_monthly_points_it_is_descriptive_only() -> None:
    half = Window(date(2024, 7, 1), date(2024, 12, 31))

    found = judged(frozen(share_of(0.7), span=half), share_of(0.8))

    assert (found.verdict, keys(found)) == ("no_evidence", ["few_months", "other_season"])
    assert found.change == pytest.approx(0.1, abs=1e-3)
    assert "only 6 monthly points" in render(found.reasons)


def test_a_baseline_shorter_than_28_days_is_descriptive_not_forever_too_early() -> None:
    short = Window(date(2024, 12, 18), date(2024, 12, 31))
    current = Window(date(2025, 3, 1), date(2025, 3, 14))

    found = judged(frozen(share_of(0.7), span=short), share_of(0.8), current=sample(current, share_of(0.8)))

    assert (found.verdict, keys(found)[0]) == ("no_evidence", "few_months")


def test_a_trend_that_simply_went_on_is_not_called_an_improvement() -> None:
    """The naive comparison has p < .001: 12 points up on the year before. The baseline had been climbing all along."""
    found = judged(frozen(rising(0.5, 0.01)), rising(0.5, 0.01))

    assert (found.verdict, keys(found)[0]) == ("no_evidence", "moving_baseline")
    assert found.p is None
    assert "moving by +1.0 pp a month (12 months, p < 0.001)" in render(found.reasons)
    assert "brings +12.0 pp of the change" in render(found.reasons)


def test_a_slope_too_weak_to_be_called_moving_still_takes_the_credit_for_half_a_change() -> None:
    rng = np.random.default_rng(3)
    noise = rng.normal(0, 0.012, 12)

    def make(day: date) -> DayFigure:
        base = rising(0.6, 0.0012)(day)
        return replace(base, numerator=base.numerator + 1000 * noise[day.month - 1] * (day < GO_LIVE))

    before = frozen(make)
    found = judged(before, lambda day: DayFigure(day, 640.0 + (day.toordinal() % 2), 1000, 1000))

    assert found.verdict == "no_evidence"
    assert keys(found)[0] in {"explained_by_trend", "within_chance"}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("a_month", "effect", "least", "most"), [(0.0, 0.0, 0, 9), (0.003, 0.0, 0, 11), (0.0, 0.06, 85, 100)]
)
def test_how_often_a_hundred_simulated_programmes_are_called_a_change(
    a_month: float, effect: float, least: int, most: int
) -> None:
    """Days spread by 3 points, months by 1: nothing happens, a trend goes on, the share truly rises by 6 points."""
    rng = np.random.default_rng(17)

    def programme() -> Judgement:
        months, days = rng.normal(0, 0.01, 24), rng.normal(0, 0.03, 600)

        def make(day: date) -> DayFigure:
            past = (day - YEAR_2024.first).days
            share = 0.7 + a_month * past / MONTH_DAYS + months[past // 30] + days[past] + effect * (day >= GO_LIVE)
            return DayFigure(day, float(round(200 * share)), 200, 200)

        return judged(frozen(make), make)

    called = sum(programme().verdict in {"improved", "worse"} for _ in range(100))

    assert least <= called <= most


def test_months_that_spread_are_not_beaten_by_a_huge_n() -> None:
    """3.6 million calls; the months of the baseline spread by 3 points, so 2 points more in a quarter say nothing."""
    up = (0, 1, -1, 1, 0, -1, 1, -1, 0, -1, 1, 0)
    before = frozen(lambda day: DayFigure(day, 10000 * (0.7 + 0.03 * up[day.month - 1]), 10000, 10000))

    found = judged(before, lambda day: DayFigure(day, 7200.0, 10000, 10000))

    assert (found.verdict, keys(found)[0]) == ("no_evidence", "within_chance")
    assert found.inflation is not None
    assert found.inflation > 100


def test_a_window_chosen_after_go_live_is_marked() -> None:
    found = judged(replace(frozen(share_of(0.7)), chosen_after_go_live=True), share_of(0.8))

    assert (found.verdict, keys(found)) == ("improved", ["improved", "season", "chosen_late"])


def test_a_baseline_whose_source_data_were_changed_is_marked() -> None:
    found = judged(replace(frozen(share_of(0.7)), source_changed=True), share_of(0.8))

    assert (found.verdict, keys(found)) == ("improved", ["improved", "season", "source_changed"])


def test_days_left_out_because_they_may_change_are_mentioned() -> None:
    found = judged(frozen(share_of(0.7)), share_of(0.8), settled_days=21)

    assert found.reasons[-1] == Reason("settling", {"days": "21"})


def test_among_many_figures_a_lone_small_p_does_not_count() -> None:
    lone = judged(frozen(share_of(0.7, calls=20)), share_of(0.75, calls=20))
    borderline = replace(lone, verdict="improved", p=0.03)
    others = [replace(lone, verdict="no_evidence", p=0.6)] * 9

    found = correct_for_many([borderline, *others])

    assert found[0].verdict == "no_evidence"
    assert found[0].p_adjusted == pytest.approx(0.3)
    assert found[0].reasons[0].key == "many_looks"
    assert "among the 10 figures of this scorecard" in render(found[0].reasons)


def test_strong_figures_pass_the_correction_and_untested_ones_stay_out_of_it() -> None:
    strong = judged(frozen(share_of(0.7)), share_of(0.8))
    untested = judged(None, share_of(0.8))

    found = correct_for_many([untested, strong, untested])

    assert found[0] == found[2] == untested
    assert (found[1].verdict, found[1].p_adjusted) == ("improved", strong.p)


@pytest.mark.parametrize(("verdict", "p", "kept"), [("improved", 0.05, True), ("worse", 0.051, False)])
def test_five_in_a_hundred_pass_the_correction(verdict: str, p: float, kept: bool) -> None:
    strong = judged(frozen(share_of(0.7)), share_of(0.8))
    given = replace(strong, verdict=verdict, p=p)

    [found] = correct_for_many([given])

    assert found.p_adjusted == p
    assert found.verdict == (verdict if kept else "no_evidence")
    assert keys(found) == [strong.reasons[0].key if kept else "many_looks", "season"]
    if not kept:
        told = dict(found.reasons[0].figures)
        assert (told["looks"], told["p"], told["n_now"]) == ("1", "0.051", "9,000")


def test_a_p_of_nought_is_tested_too() -> None:
    strong = replace(judged(frozen(share_of(0.7)), share_of(0.8)), p=0.0)

    assert [each.p_adjusted for each in correct_for_many([strong, replace(strong, p=0.04)])] == [0.0, 0.04]


@pytest.mark.parametrize(
    ("low", "high", "p", "verdict"),
    [
        (0.01, 0.09, 0.01, "improved"),
        (0.01, 0.09, 0.05, "no_evidence"),  # the interval says so, the p does not
        (0.01, 0.09, 0.051, "no_evidence"),
        (0.0, 0.09, 0.01, "no_evidence"),  # the p says so, the interval does not
        (-0.01, 0.09, 0.01, "no_evidence"),
        (-0.01, 0.0, 0.01, "no_evidence"),
        (-0.09, -0.01, 0.01, "worse"),
    ],
)
def test_both_the_interval_and_the_p_must_say_so(low: float, high: float, p: float, verdict: str) -> None:
    given = figures(frozen(share_of(0.7)), share_of(0.75))
    found = Judgement(
        "", (), before=0.7, now=0.75, n_before=99, n_now=99, change=(low + high) / 2, low=low, high=high, p=p
    )
    assert _tested(given, found).verdict == verdict


@pytest.mark.parametrize(
    ("low", "high", "verdict"), [(1.01, 1.2, "improved"), (0.9, 1.1, "no_evidence"), (0.7, 0.9, "worse")]
)
def test_a_ratio_is_neutral_at_one(low: float, high: float, verdict: str) -> None:
    given = figures(frozen(share_of(0.7)), share_of(0.75))
    found = Judgement("", (), change=(low + high) / 2, is_ratio=True, low=low, high=high, p=0.01)
    assert _tested(given, found).verdict == verdict
