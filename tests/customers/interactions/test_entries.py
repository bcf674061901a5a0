from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.utils import translation
from pytest_django import DjangoAssertNumQueries

from crm.common.kinds import Channel
from customers.interactions.entries import ICONS, entries, entries_of
from customers.interactions.recording import UNDO_WITHIN
from customers.models import Customer, Interaction, Outcome, Purpose
from customers.registry.page import Before
from tests.conftest import UserFor
from tests.factories.accounts import TeamFactory, UserFactory
from tests.factories.customers import ContactFactory, CustomerFactory
from tests.factories.interactions import InteractionFactory, OutcomeFactory, PurposeFactory

pytestmark = pytest.mark.django_db
AT = datetime(2026, 1, 1, 12, tzinfo=UTC)


def test_every_channel_has_its_icon() -> None:
    assert set(ICONS) == set(Channel.values)


def test_an_entry_says_what_was_said_in_the_readers_words(
    user_for: UserFor, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    reader, customer = user_for("sales"), CustomerFactory.create()
    Purpose.objects.all().delete()
    PurposeFactory.create(key="quote", name="Quotation", name_zh="报价")
    OutcomeFactory.create(key="won", name="Agreed")
    row = InteractionFactory.create(
        customer=customer, contact=ContactFactory.create(customer=customer), agent=UserFactory.create(),
        team=TeamFactory.create(), channel="letter", purpose="QUOTE", outcome="won", subject="Ten cups", body="Soon",
        occurred_at=AT,
    )  # fmt: skip
    assert reader.has_perm("customers.view_customer")  # known from here on
    with translation.override("zh-hans"), django_assert_num_queries(1):
        (entry,) = entries(customer, reader, None, 10)
        shown = entry.details["interaction"]
        assert (str(shown.agent), str(shown.team), str(shown.contact)) == (
            str(row.agent), str(row.team), str(row.contact),
        )  # fmt: skip
    assert (entry.at, entry.pk, entry.icon, entry.title, entry.text) == (AT, row.pk, "mailbox", "Ten cups", "Soon")
    assert (entry.channel, shown.purpose_name, shown.outcome_name) == ("信函", "报价", "won")
    (entry,) = entries(customer, reader, None, 10)
    shown = entry.details["interaction"]
    assert (entry.channel, shown.purpose_name, shown.outcome_name) == ("letter", "Quotation", "Agreed")
    Outcome.objects.all().delete()
    (entry,) = entries(customer, reader, None, 10)
    assert entry.details["interaction"].outcome_name == "won"  # nobody named it: as the row says


def test_the_newest_come_first_up_to_the_limit_and_go_on_behind_a_place(user_for: UserFor) -> None:
    reader, customer = user_for("service"), CustomerFactory.create()
    old = InteractionFactory.create(customer=customer, occurred_at=AT - timedelta(days=1))
    first, second, third = InteractionFactory.create_batch(3, customer=customer, occurred_at=AT)
    InteractionFactory.create(occurred_at=AT)  # another's

    def told(before: Before | None = None, limit: int = 10) -> list[int]:
        return [entry.pk for entry in entries(customer, reader, before, limit)]

    assert told() == [third.pk, second.pk, first.pk, old.pk]
    assert told(limit=2) == [third.pk, second.pk]
    assert told(Before(AT, second.pk)) == [first.pk, old.pk]
    assert told(Before(AT, None)) == [third.pk, second.pk, first.pk, old.pk]
    assert told(Before(AT, 0)) == [old.pk]
    assert told(Before(old.occurred_at, 0)) == []
    of_one = Interaction.objects.filter(pk=first.pk)
    assert [entry.pk for entry in entries_of(of_one, reader, None, 10)] == [first.pk]


def test_who_may_see_no_customer_sees_none() -> None:
    customer: Customer = InteractionFactory.create().customer
    assert entries(customer, AnonymousUser(), None, 10) == []
    assert entries(customer, UserFactory.create(), None, 10) == []


@pytest.mark.parametrize(("ago_s", "own", "may_undo"), [(0, True, True), (115, True, True), (116, True, False),
                                                        (0, False, False)])  # fmt: skip
def test_only_ones_own_is_offered_to_be_taken_back_and_a_moment_shorter_than_it_can_be(
    ago_s: int, own: bool, may_undo: bool, user_for: UserFor
) -> None:
    reader = user_for("sales")
    row = InteractionFactory.create(agent=reader if own else UserFactory.create())
    with time_machine.travel(row.created_at + timedelta(seconds=ago_s), tick=False):
        assert timedelta(seconds=ago_s) < UNDO_WITHIN
        (entry,) = entries_of(Interaction.objects.all(), reader, None, 1)
    assert entry.details["may_undo"] is may_undo
