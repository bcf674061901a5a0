"""Figures read from rollups of months are those of the days, whatever was recomputed since."""

from datetime import UTC, date, datetime
from itertools import product
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.engine import keeping, months
from metrics.engine.changing_rules import change_rules
from metrics.engine.definitions import Definition
from metrics.engine.histograms import BUCKETS, COUNT_BITS, LARGEST_COUNT
from metrics.engine.reading_sql import histogram, sums
from metrics.engine.rules import USUAL
from metrics.engine.scope import COMPANY, Scope
from metrics.engine.sources import FactSource
from metrics.engine.tasks import recompute
from metrics.engine.versions import definition_shown
from metrics.kpis.calls import CALLS
from metrics.kpis.trade import ORDERS
from metrics.models import MonthRollup, Rollup
from tests import plans
from tests.factories.accounts import TeamFactory
from tests.factories.telephony import CallFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]
# Open ends, whole months, edges, a month cut at both ends, the present one.
BOUNDS = [
    (None, None), (date(2026, 9, 1), date(2026, 10, 31)), (date(2026, 8, 31), date(2026, 10, 1)),
    (date(2026, 9, 3), date(2026, 9, 20)), (date(2026, 11, 1), date(2026, 11, 30)), (date(2026, 10, 1), None),
]  # fmt: skip


def call(day: date, seconds: int, **fields: Any) -> None:
    queued = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    CallFactory.create(entered_at=queued, waited_ms=seconds * 1000, talk_ms=seconds * 7000, **fields)


def read(scope: Scope, first: date | None, last: date | None, place: int) -> list[tuple[int, int]]:
    where, parameters = scope.where()
    with connection.cursor() as cursor:
        values = {**parameters, "first": first, "last": last, "place": place}
        cursor.execute(histogram(definition_shown(CALLS), where=where), values)
        return [(bucket, int(count)) for bucket, count in cursor.fetchall()]


def by_days(scope: Scope, first: date | None, last: date | None, place: int) -> list[tuple[int, int]]:
    """Entry by entry."""
    found: dict[int, int] = {}
    cells = Rollup.objects.filter(source=CALLS.number, version=definition_shown(CALLS).version)
    for cell in cells.filter(**{name: value for name, value in scope.columns.items() if value}):
        if (first is None or cell.day >= first) and (last is None or cell.day <= last):
            for entry in cell.histogram or []:
                bucket = entry >> COUNT_BITS
                if bucket // BUCKETS == place:
                    found[bucket % BUCKETS] = found.get(bucket % BUCKETS, 0) + (entry & LARGEST_COUNT)
    return sorted(found.items())


def assert_equal(*scopes: Scope) -> None:
    for scope, (first, last), place in product((COMPANY, *scopes), BOUNDS, (0, 1)):
        assert read(scope, first, last, place) == by_days(scope, first, last, place), (scope, first, last, place)
    for scope, (first, last), by in product((COMPANY, *scopes), BOUNDS, ("month", "total")):
        assert added_up(CALLS, scope, first, last, by) == added_up_by_days(CALLS, scope, first, last, by)


def added_up(source: FactSource, scope: Scope, first: date | None, last: date | None, by: str) -> list[Any]:
    where, parameters = scope.where()
    statement = sums(definition_shown(source), components=list(source.positions), by=by, where=where)
    with connection.cursor() as cursor:
        cursor.execute(statement, {**parameters, "first": first, "last": last})
        return sorted(row[1:] for row in cursor.fetchall())


def added_up_by_days(source: FactSource, scope: Scope, first: date | None, last: date | None, by: str) -> list[Any]:
    """Cell by cell."""
    found: dict[str, list[Rollup]] = {}
    cells = Rollup.objects.filter(source=source.number, version=definition_shown(source).version)
    for cell in cells.filter(**{name: value for name, value in scope.columns.items() if value}):
        if (first is None or cell.day >= first) and (last is None or cell.day <= last):
            found.setdefault("total" if by == "total" else f"{cell.day:%Y-%m}", []).append(cell)
    return sorted(
        (period, min(cell.day for cell in of_it), max(cell.day for cell in of_it),
         [sum(cell.sums[place] for cell in of_it) for place in range(len(source.positions))])
        for period, of_it in found.items()
    )  # fmt: skip


def kept() -> list[date]:
    return list(MonthRollup.objects.filter(whole=True).order_by("day").values_list("day", flat=True))


def test_they_are_kept_of_each_month_and_read_as_the_days_are() -> None:
    one, other = TeamFactory.create_batch(2)
    for day, team, seconds in product((date(2026, 8, 31), date(2026, 9, 1), date(2026, 10, 31), date(2026, 11, 2)),
                                      (one, other), (3, 3, 40)):  # fmt: skip
        call(day, seconds, team=team)
    recompute()
    assert kept() == [date(2026, month, 1) for month in (8, 9, 10, 11)]
    assert sum(count for _bucket, count in read(COMPANY, None, None, 0)) == 24
    assert_equal(Scope(team_id=one.pk), Scope(team_id=other.pk, channel="phone"), Scope(channel="email"))


def test_the_command_keeps_them_as_the_job_does() -> None:
    for day in (date(2026, 9, 5), date(2026, 10, 5)):
        call(day, 9)
    call_command("recompute")
    call(date(2026, 10, 6), 9)
    call_command("recompute")
    assert kept() == [date(2026, 9, 1), date(2026, 10, 1)]


def test_who_writes_days_takes_their_months_away_and_the_run_makes_them_anew() -> None:
    for day in (date(2026, 9, 5), date(2026, 10, 5)):
        call(day, 9)
    recompute()
    Rollup.objects.filter(day=date(2026, 9, 5)).update(histogram=[5 << COUNT_BITS | 3])
    assert kept() == [date(2026, 10, 1)]
    assert read(COMPANY, date(2026, 9, 1), date(2026, 9, 30), 0) == [(5, 3)]
    assert_equal()
    recompute()
    call(date(2026, 9, 7), 20)
    assert kept() == [date(2026, 9, 1), date(2026, 10, 1)]
    recompute()
    assert len(read(COMPANY, date(2026, 9, 1), date(2026, 9, 30), 0)) == 2
    assert_equal()
    Rollup.objects.filter(day__lt=date(2026, 10, 1)).delete()
    assert kept() == [date(2026, 10, 1)]
    assert_equal()


def test_a_version_has_them_before_it_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody reads days of years because a rule was changed."""
    call(date(2026, 9, 5), 9)
    recompute()
    seen: list[tuple[bool, list[date]]] = []

    def conclude(definition: Definition) -> None:
        if definition.source is CALLS:
            own = MonthRollup.objects.filter(version=definition.version, source=CALLS.number, whole=True)
            is_shown = definition_shown(CALLS) == definition
            seen.append((is_shown, list(own.values_list("day", flat=True))))
        actually(definition)

    actually = keeping.conclude
    monkeypatch.setattr(keeping, "conclude", conclude)
    change_rules(values={**USUAL, "answer_within_s": 30}, reason="The contract says 30.", by=None)
    recompute()
    assert (False, [date(2026, 9, 1)]) in seen
    assert definition_shown(CALLS).rules["answer_within_s"] == 30


def test_counts_beyond_an_entry_are_several() -> None:
    call(date(2026, 9, 5), 9)
    recompute()
    entry = 7 << COUNT_BITS | LARGEST_COUNT
    Rollup.objects.filter(day=date(2026, 9, 5)).update(histogram=[entry, entry, 7 << COUNT_BITS | 1])
    months.keep(definition_shown(CALLS))
    assert read(COMPANY, date(2026, 9, 1), date(2026, 9, 30), 0) == [(7, 2 * LARGEST_COUNT + 1)]
    assert_equal()


def test_a_month_without_any_is_kept_empty() -> None:
    call(date(2026, 9, 5), 9, outcome="rejected")
    recompute()
    assert (kept(), read(COMPANY, None, None, 0)) == ([date(2026, 9, 1)], [])


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_sums_of_months_are_those_of_their_days(data: st.DataObject) -> None:
    """Of a source without durations; sums that outgrow their integers among them."""
    definition = definition_shown(ORDERS)
    days = st.dates(date(2026, 7, 28), date(2026, 11, 15))
    cells = st.tuples(days, st.integers(0, 2), st.sampled_from(["", "phone"]), st.integers(-(2**63), 2**63 - 1))
    Rollup.objects.all().delete()
    Rollup.objects.bulk_create(
        Rollup(source=ORDERS.number, version=definition.version, day=day, team_id=team, channel=channel,
               sums=[value] * len(ORDERS.positions))
        for day, team, channel, value in data.draw(st.lists(cells, unique_by=lambda cell: cell[:3], max_size=30))
    )  # fmt: skip
    months.keep(definition)
    Rollup.objects.filter(day=data.draw(days)).delete()
    first, last = sorted((data.draw(days), data.draw(days)))
    for bounds, by in product(((None, None), (first, None), (None, last), (first, last)), ("month", "total")):
        for scope in (COMPANY, Scope(team_id=1), Scope(team_id=2, channel="phone")):
            assert added_up(ORDERS, scope, *bounds, by) == added_up_by_days(ORDERS, scope, *bounds, by)


def test_years_are_read_by_the_index_a_month_at_a_time(tidy_tables: None) -> None:
    version = Definition(CALLS, definition_shown(CALLS).rules).version
    cell = {"source": CALLS.number, "version": version}
    for month, day in product(range(1, 11), range(1, 28)):
        none = [0] * len(CALLS.positions)
        Rollup.objects.create(day=date(2026, month, day), sums=none, histogram=[1 << COUNT_BITS | 1] * 50, **cell)
    months.keep(definition_shown(CALLS))
    with connection.cursor() as cursor:
        cursor.execute("SELECT crm_analyse('metrics_rollup'), crm_analyse('metrics_monthrollup')")
    values = {"first": date(2026, 1, 1), "last": date(2026, 10, 31), "place": 0}
    added = sums(definition_shown(CALLS), components=list(CALLS.positions), by="month", where="")
    for statement in (histogram(definition_shown(CALLS), where=""), added):
        read_rows = sum(
            node["Actual Rows"] * node["Actual Loops"]
            for node in plans.ran(statement, values)
            if node.get("Relation Name") == "metrics_rollup" and "Index Name" not in node
        )
        assert read_rows == 0
    assert sum(count for _bucket, count in read(COMPANY, date(2026, 1, 1), date(2026, 10, 31), 0)) == 10 * 27 * 50


def test_the_running_month_is_read_as_such_up_to_today() -> None:
    """All of it lies within a window that ends today, though the month does not."""
    call(date(2026, 11, 3), 9)
    call(date(2026, 11, 15), 9)
    recompute()
    assert_equal()
    MonthRollup.objects.filter(whole=True).update(histogram=[5 << COUNT_BITS | 99])  # not what the days say
    assert read(COMPANY, date(2025, 11, 1), date(2026, 11, 15), 0) == [(5, 99)]
    assert sum(count for _bucket, count in read(COMPANY, date(2025, 11, 1), date(2026, 11, 14), 0)) == 1
