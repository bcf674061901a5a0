from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from metrics.engine.checking import check_sample, forget_old_runs
from metrics.engine.recomputing import recompute
from metrics.models import RecomputeRun, Rollup
from tests.factories import CallFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]
AT = datetime(2026, 3, 2, tzinfo=UTC)


def test_finds_nothing_when_all_is_well() -> None:
    CallFactory.create(entered_at=AT)
    recompute()
    assert check_sample() == []


def test_finds_what_no_trigger_saw_and_has_it_rebuilt() -> None:
    CallFactory.create(entered_at=AT)
    recompute()
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        CallFactory.create(entered_at=AT, waited_ms=500)
        cursor.execute("SET session_replication_role = DEFAULT")
    recompute()
    (found,) = check_sample()
    assert (found.source, found.cell[0]) == ("calls", AT.date())
    assert found.stored is not None
    assert found.fresh is not None
    assert (found.stored[0], found.fresh[0]) == (1, 2)
    recompute()
    assert Rollup.objects.get().sums[0] == 2
    assert check_sample() == []


def test_a_cell_that_is_marked_is_no_difference() -> None:
    CallFactory.create(entered_at=AT)
    recompute()
    CallFactory.create(entered_at=AT)
    assert check_sample() == []


def test_runs_are_kept_for_a_month() -> None:
    now = timezone.now()
    RecomputeRun.objects.create(started_at=now - timedelta(days=31))
    kept = RecomputeRun.objects.create(started_at=now - timedelta(days=29))
    forget_old_runs()
    assert list(RecomputeRun.objects.all()) == [kept]
