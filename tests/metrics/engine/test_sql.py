"""The statements that keep rollups do not depend on what the planner believes of the table."""

from datetime import UTC, date, datetime

import pytest
from django.db import connection

from customers.models import Call
from metrics.engine import sql
from metrics.engine.recomputing import definitions, recompute
from metrics.kpis.calls import CALLS
from metrics.models import Mark, Rollup
from tests.factories.telephony import CallFactory
from tests.plans import compared_in_vain, ran

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]
DAYS, TEAMS = 20, 50
# As many cells as other teams would have; the table has no statistics, as just after it was filled.
CELLS_OF_OTHERS = f"""
INSERT INTO metrics_rollup (source, version, {sql.CELL}, sums, histogram)
SELECT r.source, r.version, r.day, 1000 + team, r.channel, r.tier_id, r.product_group_id, r.extra, r.sums, r.histogram
FROM metrics_rollup r, generate_series(1, {TEAMS}) team WHERE r.source = {CALLS.number}"""


@pytest.fixture
def cells() -> int:
    """How many are right, beside those of teams that have no calls."""
    for day in range(1, 1 + DAYS):
        CallFactory.create(entered_at=datetime(2026, 1, day, 9, tzinfo=UTC), outcome="answered", waited_ms=1000)
    recompute()
    right = Rollup.objects.filter(source=CALLS.number).count()
    with connection.cursor() as cursor:
        cursor.execute(CELLS_OF_OTHERS)
    assert right == DAYS
    return right


@pytest.mark.usefixtures("tidy_tables")
def test_marked_cells_are_looked_up_one_by_one(cells: int) -> None:
    Call.objects.update(waited_ms=2000)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO metrics_mark (source, {sql.CELL}) SELECT source, {sql.CELL} FROM metrics_rollup"
            f" WHERE source = {CALLS.number} AND team_id > 1000"
        )
    plan = ran(sql.recompute_cells(definitions([CALLS])))
    assert compared_in_vain(plan) == 0
    assert Rollup.objects.filter(source=CALLS.number).count() == cells
    assert not Mark.objects.filter(source=CALLS.number).exists()


@pytest.mark.usefixtures("tidy_tables")
def test_cells_of_a_month_are_looked_up_one_by_one(cells: int) -> None:
    Call.objects.update(waited_ms=2000)
    month = {"source": CALLS.number, "version": 0, "months": [date(2026, 1, 1)]}
    with connection.cursor() as cursor:
        cursor.execute(sql.MARK_MONTHS, month)
    plan = ran(sql.rebuild_month(definitions([CALLS]), whole=True), {"first": date(2026, 1, 1)})
    assert compared_in_vain(plan) == 0
    assert Rollup.objects.filter(source=CALLS.number).count() == cells
