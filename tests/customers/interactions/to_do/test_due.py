from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from customers.interactions.to_do.due import Due, OutOfReach, check_reach, moment_of, start_of_work

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("due", "moment"),
    [
        (Due(), None),
        (Due(date(2026, 3, 28)), datetime(2026, 3, 28, 23, tzinfo=UTC)),  # the end of the day
        (Due(date(2026, 3, 29)), datetime(2026, 3, 29, 22, tzinfo=UTC)),  # of one of 23 hours
        (Due(date(2026, 3, 28), time(9)), datetime(2026, 3, 28, 8, tzinfo=UTC)),
        (Due(date(2026, 3, 30), time(9)), datetime(2026, 3, 30, 7, tzinfo=UTC)),
        (Due(date(2026, 3, 29), time(2, 30)), datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),  # skipped: 03:30
        (Due(date(2026, 10, 25), time(2, 30)), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),  # twice: the first
    ],
)
def test_the_moment_is_of_the_companys_clock(due: Due, moment: datetime | None) -> None:
    assert moment_of(due, BERLIN) == moment


def test_a_time_the_clock_skips_is_shown_as_the_clock_then_stands() -> None:
    moment = moment_of(Due(date(2026, 3, 29), time(2, 30)), BERLIN)
    assert moment is not None
    assert moment.astimezone(BERLIN).time() == time(3, 30)


def test_work_begins_at_eight() -> None:
    assert start_of_work(date(2026, 7, 1), BERLIN) == datetime(2026, 7, 1, 6, tzinfo=UTC)


def test_a_day_out_of_reach_is_refused() -> None:
    check_reach(None)
    check_reach(date(2199, 12, 31))
    for day in (date(1999, 12, 31), date(2200, 1, 1)):
        with pytest.raises(OutOfReach):
            check_reach(day)
