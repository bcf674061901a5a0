from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import translation
from pytest_django import DjangoAssertNumQueries

from crm.common.kinds import Channel
from customers.interactions.entries import CAME, ICONS, WENT
from customers.interactions.recording import UNDO_WITHIN
from customers.models import Outcome, Purpose
from customers.registry.page import EntryAction
from tests.conftest import UserFor
from tests.customers.timelines import told
from tests.factories.accounts import TeamFactory, UserFactory
from tests.factories.customers import ContactFactory, CustomerFactory
from tests.factories.interactions import InteractionFactory, OutcomeFactory, PurposeFactory

pytestmark = pytest.mark.django_db
AT = datetime(2026, 1, 1, 12, tzinfo=UTC)


def test_every_channel_has_its_icon_and_its_words() -> None:
    assert set(ICONS) == set(CAME) == set(WENT) == set(Channel.values)


def test_an_entry_says_what_was_said_in_the_readers_words(
    user_for: UserFor, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    reader, customer = user_for("sales"), CustomerFactory.create()
    Purpose.objects.all().delete()
    PurposeFactory.create(key="quote", name="Quotation", name_zh="报价")
    OutcomeFactory.create(key="won", name="Agreed")
    row = InteractionFactory.create(
        customer=customer, contact=ContactFactory.create(customer=customer, name="Ada"),
        team=TeamFactory.create(name="North"), agent=UserFactory.create(name="Grace"), channel="letter",
        purpose="QUOTE", outcome="won", subject="Ten cups",
        body="Soon", duration_s=540, occurred_at=AT,
    )  # fmt: skip
    assert reader.has_perm("customers.view_customer")  # known from here on
    with translation.override("zh-hans"), django_assert_num_queries(1):
        (entry,) = told(customer, reader)
    assert (entry.title, entry.channel) == ("来信：报价", "信函")
    (entry,) = told(customer, reader)
    assert (entry.at, entry.pk, entry.icon, entry.text, entry.channel) == (AT, row.pk, "mailbox", "Soon", "letter")
    assert (entry.title, entry.about) == ("Wrote a letter about quotation", "Ten cups")
    assert entry.notes == ("handled in 9 min", "answered by Grace", "with Ada", "Agreed")
    Outcome.objects.all().delete()
    Purpose.objects.all().delete()
    (entry,) = told(customer, reader)  # nobody named them: as the row says
    assert (entry.title, entry.notes[3]) == ("Wrote a letter about QUOTE", "won")


@pytest.mark.parametrize(
    ("fields", "title", "notes"),
    [
        ({"purpose": ""}, "Called", ()),
        ({"direction": "out", "agent_name": "Al"}, "We called about question", ("by Al",)),
        ({"channel": "visit", "duration_s": 42}, "Came to see us about question", ("42 s",)),
        ({"duration_s": 3569}, "Called about question", ("59 min",)),
        ({"duration_s": 7265}, "Called about question", ("2 h 01 min",)),
        ({"outcome": "answered", "agent_name": "Al"}, "Called about question", ("answered by Al",)),
        ({"outcome": "answered"}, "Called about question", ("Answered",)),
        ({"is_solved": True, "purpose": "RMA"}, "Called about RMA", ("solved",)),
        ({"channel": "fax", "direction": "out", "purpose": ""}, "fax", ()),
    ],
)
def test_a_contact_in_a_sentence(fields: dict[str, Any], title: str, notes: tuple[str, ...], user_for: UserFor) -> None:
    row = InteractionFactory.create(**fields)
    (entry,) = told(row.customer, user_for("sales"))
    assert (entry.title, entry.notes) == (title, notes)


def test_a_subject_with_which_the_text_begins_is_said_once(user_for: UserFor) -> None:
    row = InteractionFactory.create(subject="Toner leaks", body="Toner leaks again")
    (entry,) = told(row.customer, user_for("sales"))
    assert (entry.about, entry.text) == ("", "Toner leaks again")


def test_contacts_of_one_channel(user_for: UserFor) -> None:
    customer, reader = CustomerFactory.create(), user_for("sales")
    called = InteractionFactory.create(customer=customer, channel="phone")
    wrote = InteractionFactory.create(customer=customer, channel="email")
    assert [entry.pk for entry in told(customer, reader, kind="contacts", part="email")] == [wrote.pk]
    assert {entry.pk for entry in told(customer, reader, kind="contacts")} == {wrote.pk, called.pk}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("LEAKS", ["toner"]),
        ("grace", ["toner"]),
        ("hopper", ["drum"]),
        ("reparatur", ["drum"]),
        ("维修", ["drum"]),
        ("100%", ["drum"]),
        ("0%x", []),
        ("r_m", []),
        ("nothing of it", []),
    ],
)
def test_contacts_are_found_by_what_was_said_of_them(text: str, found: list[str], user_for: UserFor) -> None:
    customer, reader = CustomerFactory.create(), user_for("sales")
    PurposeFactory.create(key="fixing", name="Reparatur", name_zh="维修")
    grace = UserFactory.create(name="Grace")
    InteractionFactory.create(customer=customer, subject="toner", body="It leaks", agent=grace)
    InteractionFactory.create(
        customer=customer, subject="drum", purpose="FIXING", agent_name="Hopper", body="100% worn"
    )
    assert [entry.about for entry in told(customer, reader, text=text)] == found


@pytest.mark.parametrize(("ago_s", "own", "may_undo"), [(0, True, True), (115, True, True), (116, True, False),
                                                        (0, False, False)])  # fmt: skip
def test_only_ones_own_is_offered_to_be_taken_back_and_a_moment_shorter_than_it_can_be(
    ago_s: int, own: bool, may_undo: bool, user_for: UserFor
) -> None:
    reader = user_for("sales")
    row = InteractionFactory.create(agent=reader if own else UserFactory.create())
    with time_machine.travel(row.created_at + timedelta(seconds=ago_s), tick=False):
        assert timedelta(seconds=ago_s) < UNDO_WITHIN
        (entry,) = told(row.customer, reader)
    correct = EntryAction(label="Correct this contact", url=f"/interactions/{row.pk}/edit/", icon="pencil")
    undo = EntryAction(label="Undo", url=f"/interactions/{row.pk}/undo/", icon="arrow-back-up", posts=True)
    assert entry.actions == ((undo, correct) if may_undo else (correct,) if own else ())
    with time_machine.travel(row.created_at + timedelta(days=1), tick=False):
        assert told(row.customer, reader)[0].actions == ()
        assert told(row.customer, user_for("manager"))[0].actions == (correct,)


def test_a_corrected_contact_says_so(user_for: UserFor) -> None:
    row = InteractionFactory.create(edited_at=AT)
    assert told(row.customer, user_for("sales"))[0].notes == ("corrected",)
