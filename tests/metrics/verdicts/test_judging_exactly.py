"""Where a verdict turns, and that its figures are those of the test that fits the shape."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from metrics.statistics.durations import duration_inflation, ratio_of_means
from metrics.statistics.estimates import Estimate
from metrics.statistics.proportions import difference, share_inflation
from metrics.statistics.scores import Answers, score_difference, score_inflation
from metrics.verdicts.figures import DayFigure, Frozen, Judgement, Reason, Sample, Shape
from metrics.verdicts.reasons import render
from metrics.verdicts.windows import Window
from tests.metrics.verdicts.programmes import (
    GO_LIVE,
    YEAR_2024,
    DayMaker,
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

NOTHING = (0.0, 0.0, 0)


def on_days(count: int, each: int = 1, *, of: Window) -> DayMaker:
    """So many things on each of the first days of the window, half of them well, and none on the others."""
    wanted = {of.first + timedelta(days=past) for past in range(count)}
    return lambda day: DayFigure(day, *((each / 2, float(each), each) if day in wanted else NOTHING))


def only_days_with_data(whole: Sample) -> Sample:
    return replace(whole, days=tuple(each for each in whole.days if each.n))


def now_on(count: int, each: int = 1) -> Sample:
    span = Window(GO_LIVE, date(2025, 3, 31))
    return only_days_with_data(sample(span, on_days(count, each, of=span)))


def first(judgement: Judgement) -> tuple[str, str]:
    return judgement.verdict, judgement.reasons[0].key


def same(found: Judgement, expected: Estimate) -> bool:
    return (found.change, found.low, found.high, found.p) == pytest.approx(
        (expected.value, expected.low, expected.high, expected.p_value), rel=1e-12
    )


def same_days(baseline: Frozen) -> Sample:
    """Those of the first quarter; 2025 has no 29 February."""
    quarter = {each.day for each in baseline.sample.days if each.day < date(2024, 4, 1)}
    return baseline.sample.only(quarter - {date(2024, 2, 29)})


@pytest.mark.parametrize(
    ("counted", "expected"), [(29, ("too_early", "too_few")), (30, ("no_evidence", "within_chance"))]
)
def test_thirty_since_go_live_are_enough(counted: int, expected: tuple[str, str]) -> None:
    assert first(judged(frozen(share_of(0.5)), share_of(0.5), current=now_on(counted))) == expected


def test_a_share_needs_no_seven_days() -> None:
    found = judged(frozen(share_of(0.5)), share_of(0.5), current=now_on(6, 10))

    assert first(found) == ("no_evidence", "within_chance")


@pytest.mark.parametrize(("counted", "key"), [(29, "too_few_before"), (30, "few_months")])
def test_thirty_before_are_enough(counted: int, key: str) -> None:
    before = frozen(on_days(counted, of=YEAR_2024))

    found = judged(before, share_of(0.8))

    assert first(found) == ("no_evidence", key)
    assert found.season is (counted == 30)
    assert dict(found.reasons[0].figures)["needed"] == ("30" if counted == 29 else "12")


def test_sums_take_the_season_however_little_there_is_of_it() -> None:
    one = frozen(on_days(1, of=YEAR_2024), shape=Shape.SUM)

    assert judged(one, share_of(0.8), shape=Shape.SUM, unit="count").season
    assert not judged(frozen(on_days(1, 2, of=YEAR_2024)), share_of(0.8)).season


def test_a_season_without_any_sums_is_not_compared_with() -> None:
    may_on = Window(date(2024, 5, 1), date(2024, 12, 31))
    before = frozen(on_days(9, of=may_on), shape=Shape.SUM)
    before = replace(before, sample=only_days_with_data(before.sample))

    found = judged(before, share_of(0.8), shape=Shape.SUM, unit="count")

    assert (found.season, found.n_before) == (False, 9)
    assert first(found) == ("no_evidence", "needs_series_sum")


@pytest.mark.parametrize(
    ("days", "expected"), [(6, ("too_early", "too_few_active_days")), (7, ("no_evidence", "within_chance"))]
)
def test_a_mean_needs_seven_days_since_go_live(days: int, expected: tuple[str, str]) -> None:
    before = frozen(mean_of(0.5), shape=Shape.MEAN)

    found = judged(before, mean_of(0.5), shape=Shape.MEAN, unit="seconds", current=now_on(days, 10))

    assert first(found) == expected
    assert found.change == pytest.approx(1.0, abs=1e-2)
    if days == 6:
        assert {"days": "6", "needed": "7"}.items() <= dict(found.reasons[0].figures).items()


@pytest.mark.parametrize(("days", "key"), [(6, "too_few_before"), (7, "few_months")])
def test_a_mean_needs_seven_days_before(days: int, key: str) -> None:
    before = frozen(on_days(days, 10, of=YEAR_2024), shape=Shape.MEAN)
    before = replace(before, sample=only_days_with_data(before.sample))

    found = judged(before, mean_of(60), shape=Shape.MEAN, unit="seconds")

    assert first(found) == ("no_evidence", key)


def test_a_mean_of_nought_has_no_ratio() -> None:
    none, some = mean_of(0), mean_of(60)

    for before, now in ((none, some), (some, none)):
        found = judged(frozen(before, shape=Shape.MEAN), now, shape=Shape.MEAN, unit="seconds")
        assert first(found) == ("no_evidence", "too_few_before")
        assert found.change == (None if before is none else 0.0)


@pytest.mark.parametrize(
    ("month", "expected"),
    [
        ({"covered": 15}, ("improved", "improved")),
        ({"covered": 14}, ("no_evidence", "few_months")),
        ({"n": 1}, ("improved", "improved")),
        ({"n": 0}, ("no_evidence", "few_months")),
        ({"value": None}, ("no_evidence", "few_months")),
    ],
)
def test_a_month_counts_when_half_of_it_is_covered_and_it_has_data(
    month: dict[str, int | None], expected: tuple[str, str]
) -> None:
    before = frozen(share_of(0.7))
    before = replace(before, months=(replace(before.months[0], **month), *before.months[1:]))  # type: ignore[arg-type]

    found = judged(before, share_of(0.8))

    assert first(found) == expected
    if expected[1] == "few_months":
        assert {"months": "11", "needed": "12"}.items() <= dict(found.reasons[0].figures).items()


def test_two_years_of_months_are_enough_as_well() -> None:
    before = frozen(share_of(0.7), span=Window(date(2023, 1, 1), date(2024, 12, 31)))

    assert first(judged(before, share_of(0.8))) == ("improved", "improved")


def test_a_loss_has_no_ratio() -> None:
    before = frozen(lambda day: DayFigure(day, -100.0, None, 1), shape=Shape.SUM)

    found = judged(before, share_of(0.8), shape=Shape.SUM, unit="money")

    assert found.before is not None
    assert found.before < 0
    assert found.change is None


def test_a_month_weighs_its_n() -> None:
    """One wild month of hardly anything moves no line."""
    before = frozen(share_of(0.7))
    wild = [replace(each, value=0.1 if each.month.month == 1 else each.value, n=1) for each in before.months[:1]]

    trend = judged(replace(before, months=(*wild, *before.months[1:])), share_of(0.8))

    assert trend.verdict == "improved"


def test_going_on_like_before_from_the_centre_of_the_one_to_that_of_the_other() -> None:
    """Twice the calls in March: by n the days since go-live lie 1.26 months after mid-January, those before 0.99."""

    def more_in_march(day: date) -> DayFigure:
        made = rising(0.5, 0.01)(day)
        return replace(made, n=2000 if day >= date(2025, 3, 1) else 1000)

    found = judged(frozen(rising(0.5, 0.01)), more_in_march)

    assert dict(found.reasons[0].figures)["slope"] == "+1.0 pp"
    assert dict(found.reasons[0].figures)["months"] == "12"
    assert dict(found.reasons[0].figures)["drift"] == "+12.3 pp"


@pytest.mark.parametrize(
    ("up", "change", "expected"),
    [
        (1, 30, ("no_evidence", "explained_by_trend")),
        (-1, 30, ("no_evidence", "explained_by_trend")),
        (1, 35, ("improved", "improved")),
        (-1, 35, ("worse", "worse")),
    ],
)
def test_a_slope_that_brings_half_of_a_change_explains_it(up: int, change: int, expected: tuple[str, str]) -> None:
    """The months swing by a point around a slow slope: not moving for sure, but a year of it is 1.6 points."""
    swing = (10, -10, 0) * 4

    def make(day: date) -> DayFigure:
        made = rising(0.6, up * 0.0016)(day)
        return replace(made, numerator=made.numerator + up * swing[day.month - 1])

    found = judged(frozen(make), lambda day: DayFigure(day, 600 + up * (change + day.toordinal() % 2), 1000, 1000))

    assert first(found) == expected
    assert found.p is not None
    assert found.p < 0.001
    if found.verdict == "no_evidence":
        told, sign = dict(found.reasons[0].figures), "+" if up > 0 else "−"
        assert (told["slope"], told["drift"], told["months"]) == (f"{sign}0.13 pp", f"{sign}1.6 pp", "12")


def test_a_fall_that_is_not_tested_is_below_nought() -> None:
    before = frozen(share_of(0.8), span=Window(date(2024, 7, 1), date(2024, 12, 31)))

    assert judged(before, share_of(0.7)).change == pytest.approx(-0.1, abs=1e-3)


def test_a_share_is_tested_as_a_share_with_the_spread_of_the_whole_baseline() -> None:
    baseline = frozen(share_of(0.7))
    before = same_days(baseline)
    given = figures(baseline, share_of(0.8))
    now = given.current
    assert now is not None
    spread = share_inflation((baseline.sample.series, 36600.0), (now.series, 9000.0))

    found = judged(baseline, share_of(0.8))

    assert same(found, difference(now.numerator, 9000, before.numerator, before.n, spread=spread))
    assert found.inflation == spread.factor


def test_a_share_of_money_is_as_sure_as_the_things_counted() -> None:
    def money(share: float, *, worth: float) -> DayMaker:
        plain = share_of(share)
        return lambda day: DayFigure(day, plain(day).numerator * worth, 100 * worth, 100)

    counted = judged(frozen(share_of(0.7)), share_of(0.8))
    dear = judged(frozen(money(0.7, worth=250.0)), money(0.8, worth=250.0))
    cheap = judged(frozen(money(0.7, worth=0.25)), money(0.8, worth=0.25))

    assert (dear.change, dear.low, dear.high) == pytest.approx((counted.change, counted.low, counted.high))
    assert cheap.low is not None
    assert counted.low is not None
    assert cheap.low < counted.low


def test_a_mean_is_tested_by_resampling_with_the_spread_of_the_whole_baseline() -> None:
    def slower_in_summer(day: date) -> DayFigure:
        return mean_of(90 if day.month in (6, 7, 8) else 60)(day)

    baseline = frozen(slower_in_summer, shape=Shape.MEAN)
    given = figures(baseline, mean_of(45), shape=Shape.MEAN)
    now = given.current
    assert now is not None
    spread = duration_inflation(baseline.sample.series, now.series)

    found = judged(baseline, mean_of(45), shape=Shape.MEAN, unit="seconds", higher_is_better=False)

    assert spread.factor > 1
    assert found.inflation == spread.factor
    assert same(found, ratio_of_means(now.series, same_days(baseline).series, spread=spread))


def test_a_score_is_tested_on_promoters_and_detractors() -> None:
    """Ten answers a day, 5.5 of them at the ends: 3.75 promoters and 1.75 detractors before, 4.75 and 0.75 now."""
    baseline = frozen(net_of(2), shape=Shape.SCORE, ends=0.55)
    before = same_days(baseline)
    now = sample(Window(GO_LIVE, date(2025, 3, 31)), net_of(4), ends=0.55)
    whole, earlier, later = (
        Answers((5.5 * days + net) / 2, (5.5 * days - net) / 2, 10 * days)
        for days, net in ((366, baseline.sample.numerator), (90, before.numerator), (90, now.numerator))
    )
    spread = score_inflation((baseline.sample.series, whole), (now.series, later))

    found = judged(baseline, net_of(4), current=now, shape=Shape.SCORE, unit="score")

    assert same(found, score_difference(later, earlier, spread=spread))


@pytest.mark.parametrize(("days", "noted"), [(364, True), (365, False), (366, False)])
def test_a_year_since_go_live_needs_no_word_of_the_season(days: int, noted: bool) -> None:
    half = Window(date(2024, 7, 1), date(2024, 12, 31))

    assert ("other_season" in keys(judged(frozen(share_of(0.7), span=half), share_of(0.8), days=days))) is noted


@pytest.mark.parametrize(
    ("as_of", "text"),
    [
        (date(2024, 12, 31), "Go-live is on Jan. 1, 2025."),
        (GO_LIVE, "0 whole days have passed since go-live on Jan. 1, 2025; 28 are needed (n 0 so far)."),
        (date(2025, 1, 9), "0 whole days have passed since go-live on Jan. 1, 2025; 28 are needed (n 0 so far)."),
    ],
)
def test_without_days_since_go_live_it_is_too_early(as_of: date, text: str) -> None:
    found = judged(frozen(share_of(0.7)), share_of(0.8), current=None, as_of=as_of)

    assert (found.verdict, render(found.reasons)) == ("too_early", text)
    assert (found.now, found.n_now, found.change, found.is_ratio) == (None, 0, None, False)
    assert found.before == pytest.approx(0.7, abs=1e-3)


def test_too_early_says_which_days_may_still_change() -> None:
    found = judged(frozen(share_of(0.7)), share_of(0.8), days=20, settled_days=21)

    assert keys(found) == ["too_few_days", "settling"]
    assert found.reasons[1] == Reason("settling", {"days": "21"})


def test_no_baseline_says_which_version_it_had_and_what_there_is_now() -> None:
    found = judged(None, share_of(0.8), outdated_version=3)
    empty = judged(None, share_of(0.8), current=None)

    assert found.reasons == (Reason("old_definition", {"version": "3"}),)
    assert (found.n_now, empty.now, empty.n_now) == (9000, None, None)


def test_nothing_counted_says_from_when_to_when() -> None:
    found = judged(frozen(share_of(0.7)), lambda day: DayFigure(day, *NOTHING))
    without = judged(frozen(lambda day: DayFigure(day, *NOTHING)), share_of(0.7))

    assert {"first": "2025-01-01", "last": "2025-03-31"}.items() <= dict(found.reasons[0].figures).items()
    assert first(without) == ("no_data", "no_baseline_data")
    assert {"first": "2024-01-01", "last": "2024-12-31"}.items() <= dict(without.reasons[0].figures).items()
