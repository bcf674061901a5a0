from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from threading import Barrier
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.db.models import Model
from pytest_django import DjangoAssertNumQueries

from accounts.domain.staff import save_team
from crm.common.versions import ChangedMeanwhile, check_seen, lock_as_seen, version
from customers.identity.trust import save_system
from customers.interactions.telephony.calls import assign_queue
from customers.models import SourceSystem, Tier, TierPolicy
from customers.tiers.drafting import save_draft, save_tier
from customers.trade.products import assign_group, save_group
from customers.trade.rates import set_rate
from metrics.goals.other_changes import record_other_change
from metrics.models import Benefit, CostEntry, OtherChange
from metrics.programme.recording import record_benefit, record_cost
from tests.factories.accounts import TeamFactory
from tests.factories.importing import SourceSystemFactory
from tests.factories.telephony import QueueFactory
from tests.factories.trade import ExchangeRateFactory, ProductFactory, ProductGroupFactory

Write = Callable[[Any, str], object]


def cost(**fields: Any) -> CostEntry:
    return CostEntry(**{"date": date(2026, 7, 1), "category": "licence", "currency": "EUR", "actual": 1, **fields})


def test_what_reads_the_same_is_the_same_version() -> None:
    stored = cost(pk=1, date=date(2026, 7, 1), actual=Decimal("9000.0000"))
    assert version(cost(pk=2, date="2026-07-01", actual="9000")) == version(stored)
    assert version(cost(actual=Decimal("9000.0001"))) != version(stored)
    assert version(cost(actual=None)) != version(cost(actual=0))


def test_of_named_fields_only_those_count() -> None:
    assert version(cost(note="a"), ["date"]) == version(cost(note="b"), ["date"])
    assert version(cost(note="a")) != version(cost(note="b"))


@pytest.mark.django_db
def test_of_many_rows_it_counts_which_they_are(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    group = Group.objects.create(name="auditors")
    first, second = Permission.objects.order_by("pk")[:2]
    versions = []
    for chosen in ([], [first], [second], [first, second], [second, first]):
        group.permissions.set(chosen)
        with django_assert_num_queries(1):
            versions.append(version(group, ["name", "permissions"]))
    assert [versions.index(one) for one in versions] == [0, 1, 2, 3, 3]
    assert version(group, ["name"]) == version(Group(name="auditors"), ["name"])


def test_a_row_that_is_not_there_has_the_empty_version() -> None:
    assert version(None) == ""
    check_seen(None, "")
    with pytest.raises(ChangedMeanwhile):
        check_seen(cost(), "")


def test_who_has_not_looked_is_not_refused() -> None:
    check_seen(cost(), None)


VERBS: dict[str, tuple[Callable[[], Model], dict[str, Any], Write]] = {
    "cost": (lambda: CostEntry.objects.create(date="2026-07-01", category="licence", currency="EUR", actual=1),
             {"note": "other"}, lambda row, seen: record_cost(cost=row, seen=seen)),
    "benefit": (lambda: Benefit.objects.create(name="A", hardness="hard", amounts=[{"year": 1, "amount": "5"}]),
                {"name": "B"}, lambda row, seen: record_benefit(benefit=row, seen=seen)),
    "other change": (lambda: OtherChange.objects.create(what="Strike", happened_from="2026-07-01"),
                     {"kpis": ["aht"]}, lambda row, seen: record_other_change(change=row, seen=seen)),
    "team": (TeamFactory.create, {"name": "other"}, lambda row, seen: save_team(team=row, seen=seen)),
    "tier": (lambda: Tier.objects.create(key="tin", name="Tin", rank=99),
             {"rank": 98}, lambda row, seen: save_tier(tier=row, seen=seen)),
    "draft": (lambda: TierPolicy.objects.create(version=77, rules=[{"tier": "gold"}]),
              {"window_months": 3}, lambda row, seen: save_draft(policy=row, seen=seen)),
    "queue": (QueueFactory.create, {"purpose": "other"},
              lambda row, seen: assign_queue(queue=row, team=None, purpose="x", seen=seen)),
    "source": (SourceSystemFactory.create, {"rank": 7},
               lambda row, seen: save_system(system=row, seen=seen)),
    "rate": (ExchangeRateFactory.create, {"rate": "2"}, lambda row, seen: set_rate(rate=row, seen=seen)),
    "product group": (ProductGroupFactory.create, {"name": "other"},
                      lambda row, seen: save_group(group=row, seen=seen)),
    "product": (ProductFactory.create, {"name": "other"},
                lambda row, seen: assign_group(product=row, group=None, seen=seen)),
}  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_refuses_what_another_has_changed_since(verb: str) -> None:
    make, change, write = VERBS[verb]
    made = make()
    rows: Any = type(made)._default_manager.filter(pk=made.pk)
    stale = rows.get()
    seen = version(stale)
    rows.update(**change)
    now = rows.values().get()

    with pytest.raises(ChangedMeanwhile):
        write(stale, seen)

    assert rows.values().get() == now
    write(rows.get(), version(rows.get()))


@pytest.mark.django_db(transaction=True)
def test_of_two_at_the_same_moment_one_is_refused() -> None:
    row = SourceSystemFactory.create(rank=50)
    seen, start = version(row), Barrier(2)

    def save(rank: int) -> str:
        mine = SourceSystem.objects.get(pk=row.pk)
        mine.rank = rank
        start.wait()
        try:
            save_system(system=mine, seen=seen)
        except ChangedMeanwhile:
            return "refused"
        finally:
            connection.close()
        return "saved"

    with ThreadPoolExecutor(2) as pool:
        outcomes = sorted(pool.map(save, (60, 70)))

    assert outcomes == ["refused", "saved"]


@pytest.mark.django_db
def test_a_row_to_be_made_has_nothing_to_lock() -> None:
    lock_as_seen(SourceSystem(key="new"), "")
