"""A source may have dimensions of its own: here who took the call, and in which queue."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import connection

from customers.models import Call
from metrics.engine import registry
from metrics.engine.base import Kpi
from metrics.engine.components import Histogram, count, total
from metrics.engine.installing import install
from metrics.engine.recomputing import recompute
from metrics.engine.series import UnknownDimension, points
from metrics.engine.sources import FactSource
from metrics.kpis import get_kpi
from metrics.kpis.families import CALL_CENTRE
from metrics.models import Mark, Rollup
from tests.factories.accounts import TeamFactory, UserFactory
from tests.factories.telephony import CallFactory, QueueFactory
from tests.plans import indexes, nodes

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
AGENTS = FactSource(
    key="agent_call",
    number=90,
    label="calls by agent",
    family=CALL_CENTRE,
    imports=("calls",),
    table="customers_call",
    day="f.day",
    channel="'phone'",
    extra={"agent": "coalesce(f.agent_id, 0)", "queue": "f.queue_id"},
    histograms=(Histogram("talk", "f.talk_ms", "f.talk_ms IS NOT NULL"),),
    components=(count("taken", "f.agent_id IS NOT NULL"), total("talked", "f.talk_ms", "f.talk_ms IS NOT NULL", "ms")),
)
TAKEN = Kpi(
    key="taken",
    name="Calls taken",
    unit="count",
    shape="sum",
    higher_is_better=True,
    source=AGENTS,
    numerator="taken",
    n="taken",
    definition="",
    formula="",
    data_source="",
    misuse="",
)


@pytest.fixture(autouse=True)
def by_agent(as_owner: None) -> Iterator[None]:
    with registry.registered(AGENTS):
        install()
        yield


def agent() -> Any:
    return UserFactory.create().pk


def call(agent_id: int | None, **fields: Any) -> Call:
    return CallFactory.create(entered_at=AT, agent_id=agent_id, talk_ms=60_000, **fields)


def taken(**options: Any) -> int:
    (point,) = points(kpi=TAKEN, first=date(2026, 3, 1), last=date(2026, 3, 31), **options)
    return point.n


def test_figures_are_read_by_one_of_them_by_both_and_as_a_whole() -> None:
    ann, bob, sales, help_desk = agent(), agent(), QueueFactory.create(), QueueFactory.create()
    for who, queue in ((ann, sales), (ann, help_desk), (ann, help_desk), (bob, help_desk), (None, sales)):
        call(who, queue=queue)
    recompute()

    assert taken() == 4
    assert taken(extra={"agent": str(ann)}) == 3
    assert taken(extra={"queue": str(help_desk.pk)}) == 3
    assert taken(extra={"agent": str(ann), "queue": str(help_desk.pk)}) == 2
    assert taken(extra={"agent": "0"}) == 0


def test_a_dimension_that_a_source_has_not_is_refused() -> None:
    with pytest.raises(UnknownDimension, match="calls are not kept by agent"):
        points(kpi=get_kpi("asa"), first=None, last=None, extra={"agent": "1"})


def test_a_change_of_the_dimension_moves_the_figure() -> None:
    ann, bob = agent(), agent()
    made = call(ann)
    recompute()
    Call.objects.filter(pk=made.pk).update(agent_id=bob)
    marked = Mark.objects.filter(source=90).values_list("extra", flat=True)
    assert set(marked) == {f"{who}\x1f{made.queue_id}" for who in (ann, bob)}

    recompute()

    assert (taken(extra={"agent": str(ann)}), taken(extra={"agent": str(bob)})) == (0, 1)
    assert Rollup.objects.filter(source=90).count() == 1


def test_cells_in_one_place_and_day_are_kept_apart_and_rebuilt_as_they_were() -> None:
    team = TeamFactory.create()
    for who in (agent(), agent(), agent()):
        call(who, team=team)
    recompute()
    before = list(Rollup.objects.filter(source=90).order_by("extra").values_list("extra", "sums"))
    assert len(before) == 3

    recompute(full=True)

    assert list(Rollup.objects.filter(source=90).order_by("extra").values_list("extra", "sums")) == before


def test_truncating_marks_them_too() -> None:
    made = call(agent())
    recompute()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("TRUNCATE customers_call")
    assert list(Mark.objects.filter(source=90).values_list("extra", flat=True)) == [
        f"{made.agent_id}\x1f{made.queue_id}"
    ]
    recompute()
    assert not Rollup.objects.filter(source=90).exists()


def test_an_index_finds_the_facts_of_such_a_cell() -> None:
    same = " AND ".join(f"{sql} = {value}" for sql, value in zip(
        AGENTS.cell, ("'2026-03-02'", "0", "'phone'", "0", "0", "'7' || chr(31) || '8'"), strict=True
    ))  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; DROP INDEX call_cell")
    plan = nodes(f"SELECT count(*) FROM customers_call f WHERE {same}")
    assert indexes(plan) == {"agent_call_cell"}
    assert "agent_id" in str(next(node["Index Cond"] for node in plan if "Index Cond" in node))
