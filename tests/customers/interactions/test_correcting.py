from datetime import UTC, date, datetime, timedelta

import pytest

from crm.common.company import current as company
from crm.common.versions import ChangedMeanwhile, version
from customers.interactions.correcting import (
    EDITABLE,
    ContactGone,
    NotTheirsToCorrect,
    correct_interaction,
    may_correct,
)
from customers.interactions.recording import InFuture, log_interaction
from customers.models import Interaction, Outcome, Tier
from tests.conftest import NOON, UserFor
from tests.factories.accounts import UserFactory
from tests.factories.customers import CustomerFactory
from tests.factories.interactions import InteractionFactory
from tests.factories.tiers import TierAssignmentFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]


def test_what_follows_from_it_follows(user_for: UserFor) -> None:
    customer, gold, me = CustomerFactory.create(), Tier.objects.get(key="gold"), user_for("service")
    TierAssignmentFactory.create(customer=customer, tier=gold, valid=(date(2026, 11, 1), date(2026, 11, 15)))
    Outcome.objects.update_or_create(key="noise", defaults={"name": "Noise", "counts_as_contact": False})
    logged = log_interaction(customer=customer, channel="phone", direction="in", by=me, now=NOON, notes="x")
    assert (logged.tier, logged.is_contact) == (None, True)
    logged.occurred_at = NOON - timedelta(days=2)
    correct_interaction(interaction=logged, by=me, now=NOON)
    logged.refresh_from_db()
    customer.refresh_from_db()
    assert (logged.tier, customer.last_contact_at) == (gold, NOON - timedelta(days=2))
    logged.outcome = "Noise"
    correct_interaction(interaction=logged, by=me, now=NOON)
    logged.refresh_from_db()
    customer.refresh_from_db()
    assert (logged.is_contact, customer.last_contact_at) == (False, None)


def test_the_day_is_the_companys(user_for: UserFor) -> None:
    me = user_for("service")
    logged = datetime(2026, 11, 15, 15, tzinfo=UTC)
    with company.assumed(time_zone="Asia/Shanghai"):
        assert may_correct(agent_id=me.pk, created_at=logged, by=me, now=logged + timedelta(minutes=59))
        assert not may_correct(agent_id=me.pk, created_at=logged, by=me, now=logged + timedelta(minutes=60))
    assert not may_correct(agent_id=me.pk + 1, created_at=logged, by=me, now=logged)
    assert may_correct(agent_id=None, created_at=NOON - timedelta(days=99), by=user_for("manager"), now=NOON)
    assert not may_correct(agent_id=UserFactory.create().pk, created_at=NOON, by=UserFactory.create(), now=NOON)


def test_what_cannot_be_is_refused_and_nothing_written(user_for: UserFor) -> None:
    me = user_for("service")
    theirs, mine = InteractionFactory.create(body="x"), InteractionFactory.create(agent=me, body="x")
    theirs.body = mine.body = "y"
    with pytest.raises(NotTheirsToCorrect):
        correct_interaction(interaction=theirs, by=me, now=NOON)
    with pytest.raises(ChangedMeanwhile):
        correct_interaction(interaction=mine, by=me, now=NOON, seen=version(None))
    mine.occurred_at = NOON + timedelta(days=1)
    with pytest.raises(InFuture):
        correct_interaction(interaction=mine, by=me, now=NOON)
    assert set(Interaction.objects.values_list("body", flat=True)) == {"x"}
    Interaction.objects.all().delete()
    mine.occurred_at = NOON
    with pytest.raises(ContactGone):
        correct_interaction(interaction=mine, by=me, now=NOON)


def test_as_seen_it_is_written(user_for: UserFor) -> None:
    mine = InteractionFactory.create(agent=user_for("service"), body="x")
    seen = version(Interaction.objects.get(), EDITABLE)
    mine.body = "y"
    correct_interaction(interaction=mine, by=user_for("service"), now=NOON, seen=seen)
    assert Interaction.objects.values_list("body", "edited_at").get() == ("y", NOON)
