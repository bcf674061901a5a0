"""What shows as a change of the source data under a frozen baseline, and what does not."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection

from customers.models import Call, Interaction, Order, OrderLine
from metrics.engine.recomputing import recompute
from metrics.engine.scope import Scope
from metrics.goals import baselines
from metrics.goals.drift import drift
from metrics.kpis import CATALOGUE, get_kpi
from metrics.models import Baseline
from tests.database import as_owner
from tests.factories.accounts import TeamFactory
from tests.factories.customers import CustomerFactory
from tests.factories.interactions import InteractionFactory
from tests.factories.service import SurveyAnswerFactory
from tests.factories.telephony import CallFactory
from tests.factories.trade import InvoiceFactory, OrderFactory

pytestmark = pytest.mark.django_db
WINDOW: dict[str, Any] = {
    "kpi": get_kpi("asa"),
    "first": date(2026, 1, 1),
    "last": date(2026, 2, 28),
    "go_live_on": date(2026, 3, 1),
    "today": date(2026, 2, 20),
}


def call(month: int, day: int, wait_s: int, **fields: Any) -> Call:
    return CallFactory.create(entered_at=datetime(2026, month, day, 12, tzinfo=UTC), waited_ms=wait_s * 1000, **fields)


def frozen(key: str = "asa", **fields: Any) -> Baseline:
    return baselines.freeze(**{**WINDOW, "kpi": get_kpi(key), **fields}, by=None)


@pytest.fixture
def calls() -> None:
    call(1, 5, 10)
    call(1, 5, 20)
    call(2, 7, 33)
    call(3, 1, 500)


@pytest.mark.usefixtures("calls")
class TestDrift:
    def test_none_as_long_as_the_source_stays(self) -> None:
        found = drift(frozen())
        assert (found.changed, found.difference, found.comparable) == (False, 0, True)

    def test_shows_later_changes_inside_the_window_only(self) -> None:
        made = frozen()
        call(3, 2, 99)
        recompute()
        assert not drift(made).changed
        call(2, 8, 57)
        recompute()
        found = drift(made)
        assert (found.changed, found.frozen, found.present, found.difference) == (True, 21, 30, 9)

    def test_shows_changes_that_leave_the_value_as_it_was(self) -> None:
        made = frozen()
        Call.objects.filter(waited_ms=10_000).update(waited_ms=15_000)
        Call.objects.filter(waited_ms=20_000).update(waited_ms=15_000)
        Call.objects.filter(waited_ms=33_000).update(entered_at=datetime(2026, 2, 9, tzinfo=UTC))
        recompute()
        found = drift(made)
        assert (found.changed, found.difference) == (True, 0)

    def test_another_definition_is_not_comparable(self) -> None:
        made = frozen()
        made.version = 7
        found = drift(made)
        assert (found.comparable, found.changed) == (False, False)


@pytest.mark.usefixtures("calls")
class TestNoFalseAlarm:
    """What leaves the figure of a scope alone changes nothing for it."""

    def test_a_queue_given_to_a_team_is_the_teams_change_and_not_the_companys(self) -> None:
        north = TeamFactory.create(key="north")
        call(1, 9, 40, team=north)
        company, team = frozen(), frozen(scope=Scope(team_id=north.pk))
        Call.objects.update(team=north)
        recompute()
        assert not drift(company).changed
        found = drift(team)
        assert (found.changed, found.frozen, found.present) == (True, 40, pytest.approx(25.75))

    def test_tiers_changed_in_the_past_are_the_tiers_change(self) -> None:
        Call.objects.filter(waited_ms=33_000).update(tier_id=2)
        company, tier = frozen(), frozen(scope=Scope(tier_id=2))
        Call.objects.update(tier_id=3)
        recompute()
        assert not drift(company).changed
        assert drift(tier).changed

    def test_what_the_kpi_does_not_read_is_no_change(self) -> None:
        asa, waiting = frozen(), frozen("queue_time")
        Call.objects.update(talk_ms=5_000, wrap_ms=1_000)
        CallFactory.create(entered_at=datetime(2026, 1, 8, tzinfo=UTC), outcome="rejected")
        recompute()
        assert not drift(asa).changed
        assert not drift(waiting).changed

    def test_a_person_erased_leaves_every_hash_as_it_was(self) -> None:
        at = datetime(2026, 1, 8, tzinfo=UTC)
        customer = CustomerFactory.create()
        SurveyAnswerFactory.create(survey="csat", score=5, answered_at=at, customer=customer, comment="I am Ann")
        OrderFactory.create(placed_at=at, customer=customer, lines=[("2", "10", "6")])
        InvoiceFactory.create(due_on=at.date(), customer=customer, amount=100, paid_on_time=60)
        kept = [frozen(key) for key in ("asa", "csat", "orders", "revenue", "on_time_payment")]
        with connection.cursor() as cursor:
            cursor.execute("UPDATE customers_call SET caller = '', interaction_id = NULL")
            cursor.execute("UPDATE service_surveyanswer SET comment = '', customer_id = NULL")
            cursor.execute("UPDATE customers_order SET customer_id = NULL")
            cursor.execute("UPDATE customers_invoice SET customer_id = NULL")
        recompute()
        assert [drift(each).changed for each in kept] == [False] * 5


class TestIssues:
    def contact(self, customer: Any, day: date) -> None:
        InteractionFactory.create(customer=customer, occurred_at=datetime(day.year, day.month, day.day, 9, tzinfo=UTC))

    def test_a_chain_that_goes_on_while_it_is_frozen_is_no_change_once_it_ends(self) -> None:
        quiet, busy = CustomerFactory.create(), CustomerFactory.create()
        self.contact(quiet, date(2026, 1, 10))
        for week in range(8):
            self.contact(busy, date(2026, 1, 12) + timedelta(days=6 * week))
        with time_machine.travel(datetime(2026, 2, 25, 12, tzinfo=UTC)):
            made = frozen("fcr", last=date(2026, 1, 31))
            assert made.n == 1
        recompute()
        found = drift(made)
        assert (found.changed, found.difference) == (False, 0)

    def test_a_contact_that_comes_late_is_one(self) -> None:
        customer = CustomerFactory.create()
        self.contact(customer, date(2026, 1, 10))
        made = frozen("fcr", last=date(2026, 1, 31))
        self.contact(customer, date(2026, 1, 12))
        recompute()
        assert (drift(made).changed, drift(made).present) == (True, 0)

    def test_issues_built_anew_are_the_same(self) -> None:
        self.contact(CustomerFactory.create(), date(2026, 1, 10))
        made = frozen("fcr", last=date(2026, 1, 31))
        with as_owner(), connection.cursor() as cursor:
            cursor.execute("TRUNCATE metrics_issue")
        recompute(full=True)
        assert Interaction.objects.exists()
        assert not drift(made).changed


def test_the_second_source_that_n_comes_from_counts_too() -> None:
    order = OrderFactory.create(placed_at=datetime(2026, 1, 8, tzinfo=UTC), lines=[("2", "10", "6")])
    made = frozen("revenue")
    OrderLine.objects.update(day=date(2026, 1, 8))
    assert not drift(made).changed
    Order.objects.filter(pk=order.pk).update(placed_at=datetime(2026, 1, 9, tzinfo=UTC))
    assert drift(made).changed


@pytest.mark.usefixtures("calls")
class TestTheFirstScheme:
    """Baselines frozen before keep their hash, and are held against what it was made over."""

    def old(self) -> Baseline:
        """As it was frozen then: over the sums of the cells."""
        recompute()
        made = frozen()
        made.hash_scheme, made.judged_at = 1, None
        return made

    def test_is_compared_by_cells(self) -> None:
        made = self.old()
        made.source_hash = cells_of(made)
        assert not drift(made).changed
        Call.objects.update(team=TeamFactory.create(key="north"))
        recompute()
        found = drift(made)
        assert (found.changed, found.by_rows, found.difference) == (True, False, 0)


def cells_of(made: Baseline) -> str:
    """The first scheme written out: sha256 of the cells' lines, the sums of the KPI in their places."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT encode(sha256(convert_to(string_agg(concat_ws('|', day, team_id, channel, tier_id, "
            "product_group_id, ARRAY[sums[1], sums[8]]), E'\\n' ORDER BY day, team_id, channel, tier_id, "
            "product_group_id), 'UTF8')), 'hex') FROM metrics_rollup WHERE source = 1 AND version = 1 "
            "AND day BETWEEN %s AND %s",
            [made.window_from, made.window_to],
        )
        (found,) = cursor.fetchone()
    return str(found)


@pytest.mark.parametrize("key", CATALOGUE)
def test_every_kpi_can_be_asked_for_its_rows(key: str) -> None:
    window = {name: WINDOW[name] for name in ("first", "last", "go_live_on", "today")}
    assert len(baselines.preview(kpi=get_kpi(key), **window).source_hash) == 64
