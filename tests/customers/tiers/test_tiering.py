from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from crm.common import hooks, locks
from crm.common.audit.acting import acting
from crm.common.audit.models import AuditEntry
from crm.common.days import today
from customers.models import Customer, Tier, TierAssignment, TierPolicy
from customers.tiers import tiering
from tests.customers.tiers.histories import DAY, at, counts, earn, history, tier
from tests.database import another_connection
from tests.factories.accounts import UserFactory
from tests.factories.customers import CustomerFactory
from tests.factories.interactions import InteractionFactory
from tests.factories.service import SurveyAnswerFactory
from tests.factories.telephony import CallFactory
from tests.factories.tiers import TierAssignmentFactory
from tests.factories.trade import InvoiceFactory, OrderFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]


def test_the_seeded_policy_is_in_force_and_readable() -> None:
    policy = tiering.find_policy()
    assert policy is not None
    rules = tiering.read_rules(rules=policy.rules, tiers={t.key: t for t in Tier.objects.all()})
    assert [(r.tier.key, r.min_value, r.min_on_time) for r in rules] == [
        ("platinum", Decimal(20000), Decimal("0.90")),
        ("gold", Decimal(5000), Decimal("0.80")),
        ("silver", Decimal(1000), Decimal("0.60")),
        ("bronze", None, None),
    ]


def test_a_run_leaves_a_row_of_the_audit_that_says_what_ran_and_what_came_of_it() -> None:
    earn(CustomerFactory.create(), "6000")
    with acting(job="retier_everyone"):
        tiering.retier(as_of=DAY)
    entry = AuditEntry.objects.get(what="tiers.decide")
    assert entry.details == {"as_of": "2026-03-01", "policy": 1, "job": "retier_everyone"}


def test_everyone_gets_the_tier_their_figures_earn() -> None:
    best, late, poor, none = (CustomerFactory.create(name=name) for name in ("best", "late", "poor", "none"))
    earn(best, "20000")
    earn(late, "20000")
    InvoiceFactory.create(customer=late, due_on=date(2026, 2, 1), amount=Decimal(1000), paid_on_time=Decimal(700))
    earn(poor, "999.99")
    done = tiering.retier(as_of=DAY)
    assert counts(done) == (4, 4, 0, 0)
    assert dict(Customer.objects.values_list("name", "tier__key")) == {
        "best": "platinum", "late": "silver", "poor": "bronze", "none": "bronze",
    }  # fmt: skip
    assert TierAssignment.objects.get(customer=late).figures == {
        "measure": "profit", "from": "2025-03-02", "to": "2026-03-01", "value": "20000.00", "revenue": "20050.00",
        "covered": "20050.00", "due": "1000.00", "on_time": "0.7000",
    }  # fmt: skip
    assert history(none) == [("bronze", DAY, None)]


def test_running_the_same_day_again_changes_nothing() -> None:
    customer = CustomerFactory.create()
    earn(customer, "6000")
    tiering.retier(as_of=DAY)
    before = list(TierAssignment.objects.values())
    assert counts(tiering.retier(as_of=DAY)) == (1, 0, 0, 1)
    assert list(TierAssignment.objects.values()) == before


def test_the_window_counts_its_first_and_last_day() -> None:
    inside, before, after = (CustomerFactory.create(name=name) for name in ("inside", "before", "after"))
    earn(inside, "2500", day=date(2025, 3, 2))
    earn(inside, "2500", day=DAY)
    earn(before, "5000", day=date(2025, 3, 1))
    earn(after, "5000", day=date(2026, 3, 2))
    tiering.retier(as_of=DAY)
    assert dict(Customer.objects.values_list("name", "tier__key")) == {
        "inside": "gold", "before": "bronze", "after": "bronze",
    }  # fmt: skip


def test_cancelled_orders_count_nothing_and_unknown_costs_count_as_none() -> None:
    customer = CustomerFactory.create()
    OrderFactory.create(customer=customer, placed_at=at(DAY), status="cancelled", lines=[("1", "9000", "1")])
    OrderFactory.create(customer=customer, placed_at=at(DAY), lines=[("2", "600", None), ("-1", "100", "40")])
    tiering.retier(as_of=DAY)
    figures = TierAssignment.objects.get().figures
    assert (figures["value"], figures["revenue"], figures["covered"]) == ("1140.00", "1100.00", "-100.00")


def test_an_invoice_due_on_the_day_is_not_late_yet() -> None:
    customer = CustomerFactory.create()
    InvoiceFactory.create(
        customer=customer, due_on=DAY, amount=Decimal(100), paid_on_time=Decimal(40), paid=Decimal(40)
    )
    tiering.retier(as_of=DAY)
    figures = TierAssignment.objects.get().figures
    assert (figures["due"], figures["on_time"]) == ("40.00", "1.0000")


def test_downgrade_closes_the_old_assignment_and_opens_the_new_one() -> None:
    customer = CustomerFactory.create()
    earn(customer, "6000", day=date(2025, 4, 1))
    tiering.retier(as_of=DAY)
    later = date(2026, 4, 5)
    assert counts(tiering.retier(as_of=later)) == (1, 0, 1, 0)
    assert history(customer) == [("gold", DAY, later), ("bronze", later, None)]
    customer.refresh_from_db()
    assert customer.tier == tier("bronze")


def test_a_run_counts_who_went_up_who_went_down_and_who_stayed() -> None:
    up, down, *_others = CustomerFactory.create_batch(5)
    earn(down, "6000", day=date(2025, 4, 1))
    tiering.retier(as_of=DAY)
    earn(up, "6000")
    assert counts(tiering.retier(as_of=date(2026, 4, 5))) == (5, 1, 1, 3)


def test_a_day_decided_anew_replaces_its_decision_and_rejoins_the_day_before() -> None:
    customer = CustomerFactory.create()
    tiering.retier(as_of=DAY)
    earn(customer, "6000")
    later = DAY + timedelta(days=1)
    tiering.retier(as_of=later)
    assert history(customer) == [("bronze", DAY, later), ("gold", later, None)]
    customer.orders.all().delete()
    assert counts(tiering.retier(as_of=later)) == (1, 0, 1, 0)
    assert history(customer) == [("bronze", DAY, None)]


def test_a_past_day_is_decided_up_to_the_next_assignment() -> None:
    customer = CustomerFactory.create()
    earn(customer, "6000", day=date(2026, 1, 10))
    tiering.retier(as_of=DAY)
    past = date(2025, 12, 1)
    assert counts(tiering.retier(as_of=past)) == (1, 1, 0, 0)
    assert history(customer) == [("bronze", past, DAY), ("gold", DAY, None)]
    customer.refresh_from_db()
    assert customer.tier == tier("gold")


def test_past_days_in_order_rebuild_history() -> None:
    customer = CustomerFactory.create()
    tiering.retier(as_of=date(2026, 1, 1))
    earn(customer, "1000", day=date(2026, 1, 10))
    earn(customer, "4000", day=date(2026, 2, 10))
    for month in (1, 2, 3):
        tiering.retier(as_of=date(2026, month, 1))
    assert history(customer) == [
        ("bronze", date(2026, 1, 1), date(2026, 2, 1)),
        ("silver", date(2026, 2, 1), DAY),
        ("gold", DAY, None),
    ]


def test_a_tier_set_by_a_person_stays_until_it_ends() -> None:
    customer = CustomerFactory.create(tier=tier("platinum"))
    TierAssignmentFactory.create(
        customer=customer, tier=tier("platinum"), valid=(DAY, date(2026, 4, 1)), reason="override"
    )
    assert counts(tiering.retier(as_of=DAY)) == (1, 0, 0, 1)
    assert counts(tiering.retier(as_of=date(2026, 4, 1))) == (1, 1, 0, 0)
    assert history(customer) == [("platinum", DAY, date(2026, 4, 1)), ("bronze", date(2026, 4, 1), None)]


def tiers_of(table: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id, tier_id FROM {table} ORDER BY id")
        return list(cursor.fetchall())


def test_facts_from_the_day_on_carry_the_tier_and_older_ones_keep_theirs() -> None:
    customer, silver = CustomerFactory.create(), tier("silver").pk
    earn(customer, "1000", day=DAY - timedelta(days=1))
    earn(customer, "1000", day=DAY)
    walk_in = OrderFactory.create(customer=None, placed_at=at(DAY), lines=[("1", "10", "5")])
    for day in (DAY - timedelta(days=1), DAY):
        InvoiceFactory.create(customer=customer, due_on=day, amount=Decimal(10), paid_on_time=Decimal(10))
        contact = InteractionFactory.create(customer=customer, occurred_at=at(day))
        CallFactory.create(interaction=contact, entered_at=at(day))
        SurveyAnswerFactory.create(customer=customer, answered_at=at(day))
    tiering.retier(as_of=DAY)
    for table in ("invoice", "interaction", "call"):
        assert [t for _, t in tiers_of(f"customers_{table}")] == [None, silver]
    assert [t for _, t in tiers_of("service_surveyanswer")] == [None, silver]
    assert [t for _, t in tiers_of("customers_order")] == [None, silver, None]
    assert [t for _, t in tiers_of("customers_orderline")] == [None, silver, None]
    walk_in.refresh_from_db()
    assert walk_in.tier_id is None


def test_refusals() -> None:
    with pytest.raises(tiering.DayInFuture):
        tiering.retier(as_of=today() + timedelta(days=1))
    TierPolicy.objects.all().delete()
    with pytest.raises(tiering.NoPolicy):
        tiering.retier(as_of=DAY)


DOWN = "The rules go from the best tier down, each tier once."
GOLD = {"tier": "gold"}


@pytest.mark.parametrize(
    ("rules", "why"),
    [
        ([], "A policy needs at least one rule."),
        ([{"tier": "tin"}], "Rule 1 names the unknown tier “tin”."),
        ([GOLD, {}], "Rule 2 names the unknown tier “”."),
        ([{"tier": "bronze"}, GOLD], DOWN),
        ([GOLD, GOLD], DOWN),
        ([GOLD, GOLD, {"tier": "bronze"}], DOWN),
        ([{**GOLD, "min_value": "much"}], "Rule 1: “much” is no number."),
        ([{**GOLD, "min_value": "Infinity"}], "Rule 1: “Infinity” is no number."),
        ([{**GOLD, "min_on_time": "NaN"}], "Rule 1: “NaN” is no number."),
        ([{**GOLD, "min_on_time": "1.01"}], "Rule 1: a share paid on time lies between 0 and 1."),
        ([GOLD, {"tier": "bronze", "min_on_time": "-0.01"}], "Rule 2: a share paid on time lies between 0 and 1."),
    ],
)
def test_rules_that_cannot_be_applied_say_why(rules: list[dict[str, str]], why: str) -> None:
    with pytest.raises(tiering.InvalidPolicy) as refused:
        tiering.read_rules(rules=rules, tiers={t.key: t for t in Tier.objects.all()})
    assert str(refused.value) == why


def test_a_minimum_may_be_nought_or_all_or_missing() -> None:
    gold, silver, bronze = tiering.read_rules(
        rules=[
            {"tier": "gold", "min_value": -5, "min_on_time": "1"},
            {"tier": "silver", "min_value": 0, "min_on_time": 0},
            {"tier": "bronze", "min_value": "", "min_on_time": None},
        ],
        tiers={t.key: t for t in Tier.objects.all()},
    )
    assert (gold.min_value, gold.min_on_time) == (Decimal(-5), Decimal(1))
    assert (silver.min_value, silver.min_on_time) == (Decimal(0), Decimal(0))
    assert (bronze.min_value, bronze.min_on_time) == (None, None)


@pytest.mark.parametrize(
    ("as_of", "months", "first"),
    [
        (date(2026, 3, 1), 12, date(2025, 3, 2)),
        (date(2026, 8, 31), 6, date(2026, 3, 1)),
        (date(2024, 3, 31), 1, date(2024, 3, 1)),
    ],
)
def test_the_window_ends_on_the_day_itself(as_of: date, months: int, first: date) -> None:
    assert tiering.window(as_of=as_of, months=months) == (first, as_of)


def test_today_is_decided_when_no_day_is_named_and_may_be_named() -> None:
    customer = CustomerFactory.create()
    assert counts(tiering.retier()) == (1, 1, 0, 0)
    assert counts(tiering.retier(as_of=today())) == (1, 0, 0, 1)
    assert history(customer) == [("bronze", today(), None)]


def test_a_run_says_how_long_it_took(monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = iter([100.0, 302.34567])
    monkeypatch.setattr(tiering, "monotonic", lambda: next(ticks))
    assert tiering.retier(as_of=DAY).seconds == 202.346


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_the_second_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locks, "JOB_PATIENCE_S", 0.0)
    CustomerFactory.create()
    with another_connection() as other:
        other.execute("SELECT pg_advisory_lock(%s, %s)", locks.RETIER)
        with pytest.raises(locks.Busy, match="decided by another process"):
            tiering.retier(as_of=DAY)
    assert not TierAssignment.objects.exists()


def test_a_new_version_takes_over_once_published() -> None:
    customer, manager = CustomerFactory.create(), UserFactory.create()
    draft = TierPolicy.objects.create(version=2, measure="revenue", rules=[{"tier": "gold"}])
    tiering.retier(as_of=DAY)
    published = tiering.publish_policy(policy=draft, by=manager, at=at(DAY))
    assert (published.published_by, published.published_at) == (manager, at(DAY))
    with pytest.raises(tiering.AlreadyPublished):
        tiering.publish_policy(policy=draft, by=manager, at=at(DAY))
    assert counts(tiering.retier(as_of=DAY)) == (1, 1, 0, 0)
    assert history(customer) == [("gold", DAY, None)]


@pytest.fixture
def woken() -> Iterator[list[str]]:
    """Grows whenever it is said that facts changed."""
    calls: list[str] = []

    def listen() -> None:
        calls.append("facts changed")

    hooks.after_facts_changed.append(listen)
    yield calls
    hooks.after_facts_changed.remove(listen)


def test_figures_are_woken_whoever_moves_up_or_down_and_not_when_nobody_does(
    woken: list[str], django_capture_on_commit_callbacks: Any
) -> None:
    customer = CustomerFactory.create()
    earn(customer, "6000", day=date(2025, 4, 1))
    later = date(2026, 4, 5)
    for day, moved in ((DAY, (1, 0)), (DAY, (0, 0)), (later, (0, 1)), (later, (0, 0))):
        woken.clear()
        with django_capture_on_commit_callbacks(execute=True):
            done = tiering.retier(as_of=day)
        assert (done.upgraded, done.downgraded) == moved
        assert woken == (["facts changed"] if any(moved) else [])


def test_without_orders_and_with_nothing_due_the_value_is_nought_and_the_share_none() -> None:
    customer = CustomerFactory.create()
    InvoiceFactory.create(customer=customer, due_on=DAY + timedelta(days=1), amount=Decimal(70))
    InvoiceFactory.create(customer=customer, due_on=date(2025, 3, 1), amount=Decimal(70))
    TierPolicy.objects.update(rules=[{"tier": "gold", "min_value": "0", "min_on_time": "1"}, {"tier": "bronze"}])
    tiering.retier(as_of=DAY)
    assert history(customer) == [("gold", DAY, None)]
    assert TierAssignment.objects.get().figures == {
        "measure": "profit", "from": "2025-03-02", "to": "2026-03-01", "value": "0.00", "revenue": "0.00",
        "covered": "0.00", "due": "0.00", "on_time": None,
    }  # fmt: skip


@pytest.mark.parametrize(("measure", "value"), [("profit", "560.00"), ("revenue", "800.00")])
def test_known_costs_count_against_profit_and_not_against_revenue(measure: str, value: str) -> None:
    TierPolicy.objects.update(measure=measure)
    customer = CustomerFactory.create()
    OrderFactory.create(customer=customer, placed_at=at(DAY), lines=[("3", "100", "80"), ("1", "500", None)])
    tiering.retier(as_of=DAY)
    figures = TierAssignment.objects.get().figures
    assert (figures["value"], figures["revenue"], figures["covered"]) == (value, "800.00", "300.00")


def test_an_invoice_is_due_whole_from_the_day_after_and_late_where_it_is_unpaid() -> None:
    customer = CustomerFactory.create()
    InvoiceFactory.create(customer=customer, due_on=DAY - timedelta(days=1), amount=Decimal(100))
    InvoiceFactory.create(
        customer=customer, due_on=DAY - timedelta(days=1), amount=Decimal(300), paid_on_time=Decimal(300)
    )
    tiering.retier(as_of=DAY)
    figures = TierAssignment.objects.get().figures
    assert (figures["due"], figures["on_time"]) == ("400.00", "0.7500")
