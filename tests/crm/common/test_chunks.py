import pytest
from django.db import connection
from django.db.backends.utils import CursorWrapper

from crm.common.chunks import by_id_ranges
from customers.models import TierMark
from tests.factories.tiers import TierMarkFactory

pytestmark = pytest.mark.django_db
TABLE = TierMark._meta.db_table
Ranges = list[tuple[int, int]]


def counted(*ids: int) -> tuple[int, Ranges]:
    """How many rows were met, and the ranges in which they were looked for."""
    for each in ids:
        TierMarkFactory.create(pk=each)
    ranges: Ranges = []

    def work(cursor: CursorWrapper, first: int, after: int) -> int:
        ranges.append((first, after))
        cursor.execute(f"SELECT count(*) FROM {TABLE} WHERE id >= %s AND id < %s", [first, after])
        return int(cursor.fetchone()[0])

    return by_id_ranges(TABLE, work), ranges


def test_an_empty_table_is_no_work() -> None:
    assert counted() == (0, [])


def test_one_row_is_one_range() -> None:
    assert counted(7) == (1, [(7, 1007)])


def test_the_last_of_a_range_is_in_it() -> None:
    assert counted(7, 1006) == (2, [(7, 1007)])


@pytest.mark.parametrize("ids", [(5, 1005), (5, 1004, 1005, 2500), (1, 40_000)])
def test_every_row_is_met_once_in_ranges_that_follow_each_other(ids: tuple[int, ...]) -> None:
    met, ranges = counted(*ids)

    assert met == len(ids)
    assert ranges[0] == (ids[0], ids[0] + 1000)
    assert [first for first, _after in ranges[1:]] == [after for _first, after in ranges[:-1]]
    assert ranges[-1][0] <= ids[-1] < ranges[-1][1]


def test_what_was_done_before_a_failure_stays_done() -> None:
    TierMarkFactory.create(pk=1)
    TierMarkFactory.create(pk=1001)

    def work(cursor: CursorWrapper, first: int, after: int) -> int:
        cursor.execute(f"DELETE FROM {TABLE} WHERE id >= %s AND id < %s", [first, after])
        if first > 1:
            raise ZeroDivisionError
        return 1

    with pytest.raises(ZeroDivisionError):
        by_id_ranges(TABLE, work)

    assert list(TierMark.objects.values_list("pk", flat=True)) == [1001]
    assert connection.needs_rollback is False
