"""Figures after a merge, and after it was undone, are those of the facts as they stand; only issues are others."""

from datetime import date, timedelta

import pytest
from django.db import connection

from accounts.models import Team
from customers.identity.merging.absorbing import merge_customers
from customers.identity.merging.undoing import undo_merge
from customers.interactions.following import follow as follow_points
from customers.interactions.last_contact import refresh_last_contact
from customers.models import Customer, CustomerFigures, FigureMark, RetierMark, Tier, TierMark
from customers.tiers.following import follow as follow_tiers
from customers.trade.figures import find_figures, refresh_figures
from metrics.engine.months import keep_all
from metrics.engine.recomputing import recompute
from metrics.models import Issue, IssueMark, Mark, MonthRollup, Rollup
from tests.conftest import NOON
from tests.customers.identity.merging.world import differing, everything, rich
from tests.factories.accounts import TeamFactory
from tests.factories.customers import ContactPointFactory
from tests.factories.interactions import InteractionFactory
from tests.factories.service import SurveyAnswerFactory
from tests.factories.telephony import CallFactory
from tests.factories.trade import InvoiceFactory, OrderFactory
from tests.metrics import truth

pytestmark = [pytest.mark.slow, pytest.mark.django_db, pytest.mark.usefixtures("in_november")]

CELL = ("source", "day", "team_id", "channel", "tier_id", "product_group_id", "extra", "sums")


def stored() -> list[list[str]]:
    return [sorted(map(str, model._default_manager.values_list(*CELL))) for model in (Rollup, MonthRollup)]


def gone_and_new(before: list[list[str]], after: list[list[str]]) -> list[str]:
    was, now = ({row for rows in each for row in rows} for each in (before, after))
    return [*(f"- {row}" for row in was - now), *(f"+ {row}" for row in now - was)]


def followed() -> None:
    """All that jobs do afterwards."""
    follow_points()
    follow_tiers()
    refresh_figures()
    recompute()
    keep_all()
    assert not any(marks.objects.exists() for marks in (Mark, IssueMark, FigureMark))


def customer(name: str, tier: str, team: Team, days: tuple[int, ...]) -> Customer:
    made, grade = rich(name), Tier.objects.get(key=tier)
    made.tier_assignments.update(tier=grade)
    Customer.objects.filter(pk=made.pk).update(tier=grade)
    TierMark.objects.create(customer_id=made.pk, from_day=date(2026, 1, 1))
    facts = {"customer": made, "tier": grade, "team": team}
    number = f"493055{made.pk}"
    ContactPointFactory.create(customer=made, kind="phone", raw=number, source_record=None)
    for day in days:
        at = NOON - timedelta(days=day)
        OrderFactory.create(**facts, placed_at=at, lines=[("3", "20", "5")])
        InvoiceFactory.create(**facts, due_on=at.date())
        InteractionFactory.create(**facts, occurred_at=at, purpose="question", is_solved=None)
        SurveyAnswerFactory.create(**facts, survey="csat", answered_at=at, score=4)
        by_value = {"contact_value": number, "contact_normalised": number, "matched_by_value": True}
        called = InteractionFactory.create(**facts, occurred_at=at, purpose="order", **by_value)
        CallFactory.create(interaction=called, entered_at=at, caller=number, tier=grade, team=team)
    return made


def issues() -> list[int]:
    return sorted(Issue.objects.filter(purpose="question").values_list("contacts", flat=True))


def test_figures_equal_a_fresh_computation_after_merge_and_after_undo() -> None:
    north, south = TeamFactory.create(key="north"), TeamFactory.create(key="south")
    ada = customer("Ada", "gold", north, (60, 40, 9))
    bob = customer("Bob", "silver", south, (63, 38, 0))
    with connection.cursor() as cursor:
        refresh_last_contact(cursor, [ada.pk, bob.pk])
    followed()
    before, figures, chains = everything(), stored(), issues()

    merge = merge_customers(survivor=ada, absorbed=bob, by=None, now=NOON)
    RetierMark.objects.all().delete()
    followed()
    assert RetierMark.objects.filter(customer_id=ada.pk).exists()
    incremental = stored()
    recompute(full=True)
    assert gone_and_new(incremental, stored()) == []
    assert truth.shown_by_day() == truth.all_by_day(now=NOON)
    for team in (north, south):
        assert truth.shown_by_day(team_id=team.pk) == truth.all_by_day(now=NOON, team_id=team.pk)
    assert issues() != chains
    with connection.cursor() as cursor:
        assert find_figures(cursor, 0, 10**9) == []
    past = {"day__lt": NOON.date()}
    assert set(ada.orders.filter(team=south, **past).values_list("tier__key", flat=True)) == {"silver"}
    assert set(ada.interactions.filter(team=south, **past).values_list("call__tier__key", flat=True)) >= {"silver"}
    assert CustomerFigures.objects.get(customer=ada).orders == 8

    undo_merge(merge=merge, by=None, now=NOON)
    followed()
    assert (gone_and_new(figures, stored()), issues()) == ([], chains)
    recompute(full=True)
    assert gone_and_new(figures, stored()) == []
    apart = {"metrics_issue", "metrics_rollup", "metrics_monthrollup"}  # written anew, under other numbers
    assert {table: rows for table, rows in differing(before, everything()).items() if table not in apart} == {}
