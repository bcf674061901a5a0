"""The statements of a run, by the histories they leave."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from crm.common.days import today
from customers.models import Customer, TierAssignment, TierPolicy
from customers.tiers import assigning, tiering
from customers.tiers.tiering_sql import decisions, starts
from tests.customers.tiers.histories import DAY, counts, earn, history, tier
from tests.factories.customers import CustomerFactory
from tests.factories.tiers import TierAssignmentFactory
from tests.factories.trade import InvoiceFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]
JANUARY, FEBRUARY, APRIL = (date(2026, month, 1) for month in (1, 2, 4))


def was(customer: Customer, key: str, first: date, until: date | None, **fields: object) -> None:
    TierAssignmentFactory.create(customer=customer, tier=tier(key), valid=(first, until), **fields)


def test_a_policy_without_rules_gives_no_tier() -> None:
    for statement in (decisions, starts):
        assert "NULL::bigint AS tier_id" in statement(0)
        assert "NULL::bigint" not in statement(1)


def test_what_they_started_in_today_gives_way_to_the_decision_of_an_earlier_day() -> None:
    """Whatever day their record was made, the past is judged by its facts, and holds until something else is known."""
    new, poor, known, set_by_a_person, of_yesterday = CustomerFactory.create_batch(5)
    nothing = {"revenue": "0.00", "due": "0.00"}
    for customer in (new, poor):
        was(customer, "bronze", today(), None, figures=nothing)
    was(known, "bronze", today(), None, figures={**nothing, "due": "0.01"})
    was(set_by_a_person, "bronze", today(), None, figures=nothing, reason="override")
    was(of_yesterday, "bronze", today() - timedelta(days=1), None, figures=nothing)
    for customer in (new, known, set_by_a_person, of_yesterday):
        earn(customer, "6000")
    assert counts(tiering.retier(as_of=DAY)) == (5, 5, 0, 0)
    assert (history(new), history(poor)) == ([("gold", DAY, None)], [("bronze", DAY, None)])
    for customer in (known, set_by_a_person):
        assert history(customer) == [("gold", DAY, today()), ("bronze", today(), None)]
    assert history(of_yesterday)[1] == ("bronze", today() - timedelta(days=1), None)
    assert Customer.objects.get(pk=new.pk).tier == tier("gold")


def test_where_the_earlier_day_gives_none_they_stay_as_they_started() -> None:
    TierPolicy.objects.update(rules=[{"tier": "gold", "min_value": "1"}])
    customer = CustomerFactory.create()
    was(customer, "bronze", today(), None, figures={"revenue": "0.00", "due": "0.00"})
    tiering.retier(as_of=DAY)
    assert history(customer) == [("bronze", today(), None)]


def test_a_decision_that_falls_back_lasts_until_the_next_assignment() -> None:
    customer = CustomerFactory.create()
    was(customer, "bronze", JANUARY, DAY)
    was(customer, "gold", DAY, APRIL)
    was(customer, "silver", APRIL, None)
    tiering.retier(as_of=DAY)
    assert history(customer) == [("bronze", JANUARY, APRIL), ("silver", APRIL, None)]


def test_what_a_person_decided_for_a_time_does_not_go_on() -> None:
    customer = CustomerFactory.create()
    was(customer, "bronze", JANUARY, DAY, reason="override")
    tiering.retier(as_of=DAY)
    assert history(customer) == [("bronze", JANUARY, DAY), ("bronze", DAY, None)]


def test_only_the_assignment_of_the_day_before_goes_on() -> None:
    customer = CustomerFactory.create()
    was(customer, "bronze", JANUARY, FEBRUARY)
    was(customer, "gold", FEBRUARY, None)
    tiering.retier(as_of=DAY)
    assert history(customer) == [("bronze", JANUARY, FEBRUARY), ("gold", FEBRUARY, DAY), ("bronze", DAY, None)]


def test_a_decision_leaves_the_histories_of_others_alone() -> None:
    customer, other = CustomerFactory.create_batch(2)
    was(other, "bronze", JANUARY, DAY)
    was(other, "gold", DAY, None, reason="override")
    assert counts(tiering.retier(as_of=DAY)) == (2, 1, 0, 1)
    assert history(customer) == [("bronze", DAY, None)]
    assert history(other) == [("bronze", JANUARY, DAY), ("gold", DAY, None)]


@pytest.mark.parametrize(("days", "shown"), [(0, None), (1, "bronze")])
def test_a_customer_shows_the_tier_of_today(days: int, shown: str | None) -> None:
    """A later assignment that begins today holds today; one that begins tomorrow does not yet."""
    customer = CustomerFactory.create()
    was(customer, "gold", today() + timedelta(days=days), None)
    tiering.retier(as_of=DAY)
    customer.refresh_from_db()
    assert customer.tier == (tier(shown) if shown else None)


def test_nothing_due_yet_of_an_invoice_of_the_day_has_no_share() -> None:
    InvoiceFactory.create(customer=CustomerFactory.create(), due_on=DAY, amount=Decimal(100))
    tiering.retier(as_of=DAY)
    figures = TierAssignment.objects.get().figures
    assert (figures["due"], figures["on_time"]) == ("0.00", None)


def test_a_past_day_is_decided_up_to_the_first_of_several_later_assignments() -> None:
    customer = CustomerFactory.create()
    for key, first, until in (("gold", APRIL, date(2026, 5, 1)), ("silver", date(2026, 5, 1), None)):
        was(customer, key, first, until)
    tiering.retier(as_of=DAY)
    assert history(customer) == [
        ("bronze", DAY, APRIL),
        ("gold", APRIL, date(2026, 5, 1)),
        ("silver", date(2026, 5, 1), None),
    ]


def test_a_decision_holds_no_longer_than_the_one_it_replaces() -> None:
    customer = CustomerFactory.create()
    was(customer, "gold", JANUARY, APRIL)
    was(customer, "silver", date(2026, 5, 1), None)
    tiering.retier(as_of=DAY)
    assert history(customer) == [
        ("gold", JANUARY, DAY),
        ("bronze", DAY, APRIL),
        ("silver", date(2026, 5, 1), None),
    ]


def test_who_earns_no_tier_any_more_has_gone_down_and_is_in_none() -> None:
    customer = CustomerFactory.create()
    earn(customer, "6000", day=date(2025, 4, 1))
    TierPolicy.objects.update(rules=[{"tier": "gold", "min_value": "5000"}])
    tiering.retier(as_of=DAY)
    later = date(2026, 4, 5)
    assert counts(tiering.retier(as_of=later)) == (1, 0, 1, 0)
    assert history(customer) == [("gold", DAY, later)]
    customer.refresh_from_db()
    assert customer.tier is None


def test_nobody_is_left_out_when_some_are_decided_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assigning, "FIRST_CUSTOMERS", 1)
    monkeypatch.setattr(assigning, "MOST_CUSTOMERS", 1)
    customers = CustomerFactory.create_batch(3)
    assert counts(tiering.retier(as_of=DAY)) == (3, 3, 0, 0)
    assert [history(customer) for customer in customers] == [[("bronze", DAY, None)]] * 3


def retier_while(meanwhile: Callable[[], object], monkeypatch: pytest.MonkeyPatch) -> tuple[int, int, int, int]:
    """Something happens between the decisions, which take no locks, and the first step that writes them."""
    write, waiting = assigning._write, [meanwhile]

    def later(values: dict[str, Any]) -> tuple[int | None, int, int]:
        while waiting:
            waiting.pop()()
        return write(values)

    monkeypatch.setattr(assigning, "_write", later)
    return counts(tiering.retier(as_of=DAY))


def test_who_got_another_assignment_meanwhile_is_left_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    customer = CustomerFactory.create()
    assert retier_while(lambda: was(customer, "gold", DAY, None), monkeypatch) == (1, 0, 0, 1)
    assert history(customer) == [("gold", DAY, None)]


def test_whose_tier_a_person_kept_meanwhile_is_left_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    customer = CustomerFactory.create()
    was(customer, "gold", JANUARY, None)
    kept = TierAssignment.objects.filter(customer=customer)
    assert retier_while(lambda: kept.update(reason="override"), monkeypatch) == (1, 0, 0, 1)
    assert history(customer) == [("gold", JANUARY, None)]


def test_who_is_gone_meanwhile_gets_no_tier(monkeypatch: pytest.MonkeyPatch) -> None:
    customer = CustomerFactory.create()
    assert retier_while(customer.delete, monkeypatch) == (0, 0, 0, 0)
    assert not TierAssignment.objects.exists()
