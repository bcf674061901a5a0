"""Buckets of durations: what PostgreSQL counts, and what a bucket is read as."""

from dataclasses import replace
from decimal import Decimal
from math import ceil, log
from typing import Any

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from metrics.engine.components import Histogram
from metrics.engine.definitions import Definition
from metrics.engine.histograms import (
    BUCKET_FROM_MS,
    BUCKET_RATIO,
    BUCKETS,
    COUNT_BITS,
    bucket,
    checksum,
    entries,
    seconds_of,
)
from metrics.engine.rules import USUAL
from metrics.kpis.calls import CALLS
from metrics.kpis.issues import ISSUES

WAIT = Histogram("wait", "f.wait", "f.wait < {answer_within_s} * 1000")
TALK = Histogram("talk", "f.talk", "f.talk IS NOT NULL")
TWO = Definition(replace(CALLS, histograms=(WAIT, TALK)), USUAL)


def over(sql: str, *rows: tuple[int, int | None]) -> Any:
    values = ", ".join(f"({wait}, {'NULL' if talk is None else talk}::int)" for wait, talk in rows)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {sql} FROM (VALUES {values}) f(wait, talk)")
        return cursor.fetchone()[0]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("milliseconds", "number"),
    [
        (-5, 0),
        (0, 0),
        (100, 0),
        (101, 1),
        (102, 1),
        (103, 2),
        (30_000, 289),
        (2_000_000_000, 849),
        (10**12, BUCKETS - 1),  # 1163 by the ratio
    ],
)
def test_the_bucket_of_a_duration(milliseconds: int, number: int) -> None:
    histogram = Histogram("wait", f"({milliseconds})", "true")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {bucket(histogram, 0)}, {bucket(histogram, 1)}, {bucket(histogram, 2)}")
        assert cursor.fetchone() == (number, 1024 + number, 2048 + number)


@pytest.mark.django_db
class TestEntries:
    def test_are_one_a_fact_that_counts_for_each_histogram(self) -> None:
        found = over(entries(TWO), (100, 101), (20_000, 30_000), (19_999, None))

        assert sorted((each >> COUNT_BITS, each % 2**COUNT_BITS) for each in found) == [
            (0, 1), (268, 1), (1024 + 1, 1), (1024 + 289, 1),
        ]  # fmt: skip

    def test_are_none_where_no_fact_counts(self) -> None:
        assert over(entries(TWO), (20_000, None)) is None

    def test_are_none_without_histograms(self) -> None:
        assert entries(Definition(ISSUES, USUAL)) == "NULL::int[]"


@pytest.mark.django_db
class TestChecksum:
    def of(self, *rows: tuple[int, int | None]) -> int:
        (sql,) = checksum(TWO)
        return int(over(sql, *rows))

    def test_is_the_same_in_any_order(self) -> None:
        assert self.of((1, 2), (3, 4)) == self.of((3, 4), (1, 2)) != 0

    def test_differs_with_a_value_and_with_the_histogram_that_has_it(self) -> None:
        assert len({self.of((1, 2)), self.of((1, 3)), self.of((2, 2)), self.of((2, 1)), self.of((1, None))}) == 5

    def test_is_zero_where_no_fact_counts(self) -> None:
        assert self.of((20_000, None)) == 0

    def test_is_no_sum_without_histograms(self) -> None:
        assert checksum(Definition(ISSUES, USUAL)) == []


@pytest.mark.parametrize(
    ("number", "seconds"), [(0, "0"), (1, "0.101"), (2, "0.103"), (289, "30.2796"), (1023, "62183566.4209")]
)
def test_a_bucket_is_read_as_its_middle(number: int, seconds: str) -> None:
    assert seconds_of(number) == Decimal(seconds)


@given(st.integers(100, 30_000_000))
def test_the_middle_of_a_bucket_is_within_one_per_cent(milliseconds: int) -> None:
    number = ceil(log(milliseconds / BUCKET_FROM_MS) / log(BUCKET_RATIO))
    if number:
        assert abs(float(seconds_of(number)) * 1000 / milliseconds - 1) < 0.0105
