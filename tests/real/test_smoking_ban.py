"""Acute coronary events in Sicily before and after the smoking ban of January 2005, month by month.

Lopez Bernal, Cummins, Gasparrini, International Journal of Epidemiology 46, 2017: with trend and season respected the
ban did good (rate ratio .885 to .894); a naive before/after says it did harm.
"""

import csv
from pathlib import Path

import pytest

from metrics.statistics.proportions import difference
from metrics.statistics.trend import Point, explains, fit_trend

FILE = Path(__file__).resolve().parents[3] / "shared" / "data" / "sicily.csv"
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not FILE.exists(), reason=f"the real data set {FILE} is not beside the checkout"),
]
Month = dict[str, float]


@pytest.fixture(scope="module")
def months() -> list[Month]:
    with FILE.open(newline="") as file:
        return [{name: float(value) for name, value in row.items()} for row in csv.DictReader(file)]


def totals(months: list[Month], *, ban: bool) -> tuple[float, float]:
    kept = [month for month in months if bool(month["smokban"]) is ban]
    return sum(month["aces"] for month in kept), sum(month["stdpop"] for month in kept)


def test_the_naive_comparison_blames_the_ban(months: list[Month]) -> None:
    found = difference(*totals(months, ban=True), *totals(months, ban=False))

    assert (round(found.value, 7), found.p_value < 0.001) == (0.0000722, True)


def test_the_baseline_was_rising_by_itself_and_so_is_not_judged_that_way(months: list[Month]) -> None:
    before = [month for month in months if not month["smokban"]]

    trend = fit_trend([Point(month["time"], month["aces"] / month["stdpop"], month["stdpop"]) for month in before])

    assert (trend.points, trend.is_moving) == (36, True)
    assert explains(trend, start=18.5, end=48.0, change=0.0000722)
