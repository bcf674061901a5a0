"""What is read of rollups: sums by period, buckets of histograms, a hash of cells."""

import hashlib
from datetime import date
from typing import Any

import pytest
from django.db import connection

from metrics.engine.definitions import Definition
from metrics.engine.histograms import COUNT_BITS
from metrics.engine.reading_sql import hash_of_cells, histogram, sums
from metrics.engine.rules import USUAL
from metrics.engine.scope import Scope
from metrics.kpis.calls import CALLS
from metrics.kpis.issues import ISSUES
from metrics.models import Rollup
from tests.metrics.figures import rollup

pytestmark = pytest.mark.django_db
CALLS_KEPT = Definition(CALLS, USUAL)
LAST_WEEK = [date(2026, 12, 27), date(2026, 12, 28), date(2027, 1, 3), date(2027, 1, 4)]
BOTH = ("wait_answered", "answered")


def read(statement: str, **parameters: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"first": None, "last": None, **parameters})
        return list(cursor.fetchall())


@pytest.fixture
def cells() -> None:
    """Around a turn of the year, and beside them what is another version's and another source's."""
    for number, day in enumerate(LAST_WEEK, start=1):
        rollup(CALLS, day, answered=number, wait_answered=1000 * number)
    rollup(CALLS, LAST_WEEK[0], channel="phone", answered=10, wait_answered=5)
    other = rollup(CALLS, LAST_WEEK[0], channel="web", answered=99)
    Rollup.objects.filter(pk=other.pk).update(version=2)
    rollup(ISSUES, LAST_WEEK[0], issues=99)


@pytest.mark.usefixtures("cells")
class TestSums:
    def periods(self, by: str, *, where: str = "", **parameters: Any) -> list[Any]:
        return sorted(read(sums(CALLS_KEPT, components=BOTH, by=by, where=where), **parameters), key=lambda row: row[2])

    def test_of_each_day_in_the_order_that_is_asked(self) -> None:
        assert self.periods("day") == [
            (1, "2026-12-27", LAST_WEEK[0], LAST_WEEK[0], [1005, 11]),
            *((1, f"{day}", day, day, [1000 * n, n]) for n, day in enumerate(LAST_WEEK[1:], start=2)),
        ]

    def test_a_week_belongs_to_the_year_of_its_thursday(self) -> None:
        assert [(period, first, last) for _source, period, first, last, _sums in self.periods("week")] == [
            ("2026-W52", LAST_WEEK[0], LAST_WEEK[0]),
            ("2026-W53", LAST_WEEK[1], LAST_WEEK[2]),
            ("2027-W01", LAST_WEEK[3], LAST_WEEK[3]),
        ]

    def test_of_months_and_of_all(self) -> None:
        assert [row[1:] for row in self.periods("month")] == [
            ("2026-12", LAST_WEEK[0], LAST_WEEK[1], [3005, 13]),
            ("2027-01", LAST_WEEK[2], LAST_WEEK[3], [7000, 7]),
        ]
        assert self.periods("total") == [(1, "total", LAST_WEEK[0], LAST_WEEK[3], [10_005, 20])]

    def test_of_what_is_asked_alone(self) -> None:
        of_channel = " AND channel = %(channel)s"
        assert [row[4] for row in self.periods("total", where=of_channel, channel="phone")] == [[5, 10]]
        assert self.periods("total", where=of_channel, channel="letter") == []
        for by in ("day", "total"):
            (row,) = self.periods(by, first=LAST_WEEK[1], last=LAST_WEEK[1])
            assert row[2:] == (LAST_WEEK[1], LAST_WEEK[1], [2000, 2])


def test_a_histogram_is_added_up_over_cells_bucket_by_bucket() -> None:
    in_second = 1024  # where the buckets of the second histogram start
    entries = {"": [(7, 2), (3, 1), (in_second + 3, 8)], "phone": [(3, 4), (in_second + 1, 9)]}
    for channel, found in entries.items():
        row = rollup(CALLS, LAST_WEEK[0], channel=channel)
        Rollup.objects.filter(pk=row.pk).update(histogram=[b << COUNT_BITS | count for b, count in found])
    rollup(CALLS, LAST_WEEK[1])

    def counts(place: int, **scope: str) -> list[tuple[Any, ...]]:
        where, parameters = Scope(**scope).where()  # type: ignore[arg-type] - a channel
        return read(histogram(CALLS_KEPT, where=where), **parameters, place=place)

    assert counts(0) == [(3, 5), (7, 2)]
    assert counts(1) == [(1, 9), (3, 8)]
    assert counts(0, channel="phone") == [(3, 4)]
    assert counts(0, channel="letter") == []


class TestHashOfCells:
    def hash(self, *components: str) -> str:
        ((found,),) = read(hash_of_cells(CALLS_KEPT, components=components, where=""))
        return str(found)

    def test_of_none_is_that_of_an_empty_text(self) -> None:
        assert self.hash("answered") == hashlib.sha256(b"").hexdigest()

    @pytest.mark.usefixtures("cells")
    def test_is_over_the_lines_of_the_cells_in_their_order(self) -> None:
        lines = ["2026-12-27|0||0|0|{1000,1}", "2026-12-27|0|phone|0|0|{5,10}"]
        lines += [f"{day}|0||0|0|{{{1000 * n},{n}}}" for n, day in enumerate(LAST_WEEK[1:], start=2)]
        assert self.hash(*BOTH) == hashlib.sha256("\n".join(lines).encode()).hexdigest()

    @pytest.mark.usefixtures("cells")
    def test_follows_the_sums_it_is_of_and_no_others(self) -> None:
        before = self.hash("answered"), self.hash("wait_answered")
        row = Rollup.objects.get(source=CALLS.number, channel="phone")
        row.sums[CALLS.positions["answered"] - 1] += 1
        row.save()
        assert [self.hash("answered") == before[0], self.hash("wait_answered") == before[1]] == [False, True]
