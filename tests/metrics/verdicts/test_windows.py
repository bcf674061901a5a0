from datetime import date

from metrics.verdicts.windows import Window, current_window, is_read_out, month_number, same_season

YEAR_2024 = Window(date(2024, 1, 1), date(2024, 12, 31))


def test_current_window_begins_at_go_live_while_shorter_than_the_baseline() -> None:
    found = current_window(baseline=YEAR_2024, go_live=date(2025, 1, 10), last=date(2025, 3, 31))

    assert found == Window(date(2025, 1, 10), date(2025, 3, 31))


def test_current_window_is_never_longer_than_the_baseline() -> None:
    found = current_window(baseline=YEAR_2024, go_live=date(2025, 1, 10), last=date(2026, 6, 30))

    assert found == Window(date(2025, 6, 30), date(2026, 6, 30))
    assert found.length == YEAR_2024.length == 366


def test_before_go_live_there_is_no_current_window() -> None:
    assert current_window(baseline=YEAR_2024, go_live=date(2025, 1, 10), last=date(2025, 1, 9)) is None


def test_same_season_takes_the_same_calendar_days_of_every_year_of_the_baseline() -> None:
    baseline = Window(date(2023, 1, 1), date(2024, 12, 31))

    found = same_season(baseline=baseline, current=Window(date(2025, 2, 27), date(2025, 3, 2)))

    assert found == frozenset(
        {
            *(date(2023, 2, 27), date(2023, 2, 28), date(2023, 3, 1), date(2023, 3, 2)),
            *(date(2024, 2, 27), date(2024, 2, 28), date(2024, 3, 1), date(2024, 3, 2)),
        }
    )


def test_same_season_goes_over_new_year() -> None:
    found = same_season(baseline=YEAR_2024, current=Window(date(2025, 12, 31), date(2026, 1, 1)))

    assert found == frozenset({date(2024, 1, 1), date(2024, 12, 31)})


def test_no_season_where_the_baseline_does_not_have_it_or_a_whole_year_is_compared() -> None:
    summer = Window(date(2024, 6, 1), date(2024, 8, 31))

    assert same_season(baseline=summer, current=Window(date(2025, 8, 30), date(2025, 9, 1))) is None
    assert same_season(baseline=YEAR_2024, current=Window(date(2025, 1, 1), date(2025, 12, 31))) is None


def test_the_middle_of_a_window_on_the_scale_of_months() -> None:
    assert month_number(date(2025, 3, 1)) == 2025 * 12 + 2 + 0.5 / 31
    assert Window(date(2025, 4, 1), date(2025, 4, 30)).centre == 2025 * 12 + 3.5


def test_read_outs_are_month_ends() -> None:
    assert is_read_out(date(2024, 2, 29))
    assert not is_read_out(date(2025, 3, 30))
    assert is_read_out(date(2025, 3, 31))


def test_overlap_counts_both_ends() -> None:
    assert YEAR_2024.overlaps(date(2024, 12, 31), date(2025, 2, 1))
    assert not YEAR_2024.overlaps(date(2025, 1, 1), date(2025, 2, 1))
