import random
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db.models import F

from accounts.models import Team, User
from customers.interactions.telephony.calls import QueueEvent, Recorded, assign_queue, record_events, rematch_callers
from customers.interactions.telephony.queue_log import read_line
from customers.models import (
    Call,
    CallEvent,
    ContactPoint,
    Customer,
    Interaction,
    Queue,
    SourceSystem,
    Tier,
    TierAssignment,
)

pytestmark = pytest.mark.django_db

TICK = 1_700_000_000  # 2023-11-14 22:13:20 UTC


@pytest.fixture
def system() -> SourceSystem:
    return SourceSystem.objects.create(key="telephone", name="Telephone")


def record(system: SourceSystem, *lines: str) -> Recorded:
    """Lines with the time as seconds after `TICK`."""
    return record_events(system=system, events=[event(line) for line in lines])


def event(line: str) -> QueueEvent:
    after, rest = line.split("|", 1)
    read = read_line(number=1, raw=f"{TICK + int(after)}|{rest}".encode())
    assert isinstance(read, QueueEvent), read
    return read


def at(after: int) -> datetime:
    return datetime.fromtimestamp(TICK + after, UTC)


def only_call() -> dict[str, Any]:
    (call,) = Call.objects.values(
        "outcome", "entered_at", "answered_at", "ended_at", "waited_ms", "talk_ms", "position", "caller", "agent_name"
    )
    return dict(call)


def short() -> tuple[str, int | None, int | None]:
    call = only_call()
    return call["outcome"], call["waited_ms"], call["talk_ms"]


def test_moments_are_kept_to_the_microsecond(system: SourceSystem) -> None:
    read = read_line(number=1, raw=b"1700000000.123456|c|q|NONE|ENTERQUEUE||x|1")
    assert isinstance(read, QueueEvent)
    record_events(system=system, events=[read])
    assert Call.objects.get().entered_at == datetime(2023, 11, 14, 22, 13, 20, 123456, UTC)


ANSWERED = (
    "0|c1|sales|NONE|ENTERQUEUE||030 123456|2",
    "5|c1|sales|SIP/7|RINGNOANSWER|4000",
    "13|c1|sales|SIP/8|CONNECT|13|c1.x|4",
    "113|c1|sales|SIP/8|COMPLETECALLER|13|100|2",
)


def test_an_answered_call(system: SourceSystem) -> None:
    assert record(system, *ANSWERED) == Recorded(created=4, unchanged=0)
    assert only_call() == {
        "outcome": "answered", "entered_at": at(0), "answered_at": at(13), "ended_at": at(113), "waited_ms": 13_000,
        "talk_ms": 100_000, "position": 2, "caller": "030 123456", "agent_name": "SIP/8",
    }  # fmt: skip


LEFT = ("0|c|q|NONE|ENTERQUEUE||x|1", "60|c|q|NONE|EXITWITHTIMEOUT|1|1|60")


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["0|c|q|NONE|ENTERQUEUE||x|1", "9|c|q|NONE|ABANDON|1|1|9"], ("abandoned", 9_000, None)),
        (["0|c|q|NONE|ENTERQUEUE||x|1", "60|c|q|NONE|EXITWITHTIMEOUT|1|1|60"], ("overflowed", 60_000, None)),
        (["0|c|q|NONE|ENTERQUEUE||x|1", "60|c|q|NONE|EXITWITHTIMEOUT|1"], ("overflowed", 60_000, None)),
        (["0|c|q|NONE|ENTERQUEUE||x|1", "7|c|q|NONE|EXITWITHKEY|0|1|1|7"], ("overflowed", 7_000, None)),
        (["0|c|q|NONE|ENTERQUEUE||x|1", "8|c|q|NONE|EXITEMPTY|1|1|8"], ("overflowed", 8_000, None)),
        (["0|c|q|NONE|FULL"], ("rejected", None, None)),
        (["0|c|q|NONE|CLOSED"], ("rejected", None, None)),
        (["0|c|q|NONE|JOINEMPTY"], ("rejected", None, None)),
        (["0|c|q|NONE|ENTERQUEUE||x|1"], ("open", None, None)),
        ([*LEFT, "61|c|q|NONE|ENTERQUEUE||x|1"], ("open", None, None)),
        ([*LEFT, "60|c|q|NONE|ENTERQUEUE||x|1"], ("open", None, None)),
        ([*LEFT, "60|c|q|NONE|ENTERQUEUE||x|1", "99|c|q|NONE|EXITEMPTY|1|1|39"], ("overflowed", 39_000, None)),
        ([*LEFT, "60|c|q|NONE|ENTERQUEUE||x|1", "61|c|q|NONE|ABANDON|1|1|1"], ("abandoned", 1_000, None)),
        ([*LEFT, "60|c|q|NONE|ENTERQUEUE||x|1", "63|c|q|A|CONNECT|3|y|1"], ("answered", 3_000, None)),
        ([LEFT[1], "60|c|q|NONE|ENTERQUEUE||x|1"], ("overflowed", 60_000, None)),
        (["0|c|q|NONE|ENTERQUEUE||x|1", "0|c|q|NONE|ABANDON|1|1|0"], ("abandoned", 0, None)),
        (["0|c|q|NONE|ENTERQUEUE||x|1", "3|c|q|A|CONNECT|3|y|1"], ("answered", 3_000, None)),
        (["3|c|q|A|CONNECT|3|y|1", "9|c|q|A|COMPLETEAGENT|3|6|1"], ("answered", 3_000, 6_000)),
        (["3|c|q|A|CONNECT|3|y|1", "9|c|q|A|TRANSFER|12|ext|3|6"], ("answered", 3_000, 6_000)),
        (["3|c|q|A|CONNECT|3|y|1", "9|c|q|A|TRANSFER|12|ext|3|6|1"], ("answered", 3_000, 6_000)),
        (["3|c|q|A|CONNECT|3|y|1", "9|c|q|A|BLINDTRANSFER|12|ext|3|6|1"], ("answered", 3_000, 6_000)),
        (["3|c|q|A|CONNECT|3|y|1", "9|c|q|A|ATTENDEDTRANSFER|BRIDGE|b|3|6|1"], ("answered", 3_000, 6_000)),
        (["3|c|q|A|CONNECT|3|y|1", "9|c|q|A|ATTENDEDTRANSFER|LINK|b|d|3|6|1"], ("answered", 3_000, 6_000)),
        (["9|c|q|A|COMPLETEAGENT|3|6|1"], ("answered", 3_000, 6_000)),
    ],
)
def test_outcomes_waits_and_talks(system: SourceSystem, lines: list[str], expected: tuple[str, int, int]) -> None:
    record(system, *lines)
    assert short() == expected


def test_a_call_that_left_and_waits_again_is_open_from_its_first_entry_on(system: SourceSystem) -> None:
    record(system, *LEFT)
    assert (only_call()["outcome"], only_call()["ended_at"]) == ("overflowed", at(60))
    record(system, "60|c|q|NONE|ENTERQUEUE||x|1")
    assert only_call() == {
        "outcome": "open", "entered_at": at(0), "answered_at": None, "ended_at": None, "waited_ms": None,
        "talk_ms": None, "position": 1, "caller": "x", "agent_name": "",
    }  # fmt: skip
    assert list(Interaction.objects.values_list("outcome", "is_contact")) == [("open", False)]


def test_events_that_tell_of_no_call_make_none(system: SourceSystem) -> None:
    record(
        system, "0|NONE|NONE|NONE|QUEUESTART", "0|REALTIME|q|A|ADDMEMBER", "1|NONE|q|A|PAUSE", "2|c|q|A|RINGNOANSWER|9"
    )
    assert (CallEvent.objects.count(), Call.objects.count(), Interaction.objects.count()) == (4, 0, 0)


def test_reading_twice_changes_nothing(system: SourceSystem) -> None:
    record(system, *ANSWERED)
    before = list(Call.objects.values()), list(Interaction.objects.values())
    assert record(system, *ANSWERED) == Recorded(created=0, unchanged=4)
    assert (list(Call.objects.values()), list(Interaction.objects.values())) == before


def test_any_order_and_any_cut_end_in_the_same_state(system: SourceSystem) -> None:
    lines = [
        *ANSWERED,
        "1|c2|sales|NONE|ENTERQUEUE||x|1", "1|c2|sales|NONE|EXITWITHKEY|0|1|1|0", "1|c2|sales|NONE|ABANDON|1|1|0",
        "2|c3|sales|NONE|ENTERQUEUE||y|1", "4|c3|sales|A|CONNECT|2|y|1", "9|c3|sales|A|BLINDTRANSFER|1|s|2|5|1",
        "9|c3|sales|NONE|ENTERQUEUE||y|1", "12|c3|sales|B|CONNECT|3|y|1", "20|c3|sales|B|COMPLETEAGENT|3|8|1",
    ]  # fmt: skip
    states = []
    for seed in range(6):
        shuffled, cut = random.Random(seed).sample(lines, len(lines)), 3 * seed
        record(system, *shuffled[:cut])
        record(system, *shuffled[cut:])
        values = Call.objects.order_by("callid").values(*(f.name for f in Call._meta.fields if f.name not in SERIAL))
        states.append(list(values))
        for model in (Call, Interaction, CallEvent, Queue):
            model._default_manager.all().delete()
    assert all(state == states[0] for state in states)


SERIAL = {"id", "interaction", "queue"}


def test_one_callid_in_two_queues_is_two_calls(system: SourceSystem) -> None:
    record(system, *ANSWERED, "0|c1|service|NONE|ENTERQUEUE||030 123456|1", "9|c1|service|NONE|ABANDON|1|1|9")
    found = Call.objects.order_by("queue__name").values_list("queue__name", "outcome")
    assert list(found) == [("sales", "answered"), ("service", "abandoned")]


def test_a_queue_entered_again_is_one_call_and_the_answer_wins(system: SourceSystem) -> None:
    record(
        system,
        "0|c|q|NONE|ENTERQUEUE||x|1", "30|c|q|NONE|EXITWITHTIMEOUT|1|1|30", "31|c|q|NONE|ENTERQUEUE||x|1",
    )  # fmt: skip
    assert short() == ("open", None, None)
    record(system, "35|c|q|NONE|ABANDON|1|1|4")
    assert short() == ("abandoned", 4_000, None)
    record(system, "40|c|q|NONE|ENTERQUEUE||x|1", "42|c|q|A|CONNECT|2|y|1", "50|c|q|A|COMPLETEAGENT|2|8|1")
    assert short() == ("answered", 2_000, 8_000)
    assert only_call()["entered_at"] == at(0)


def test_a_call_given_back_to_its_queue_talks_twice_and_ends_with_the_second(system: SourceSystem) -> None:
    record(
        system,
        "0|c|q|NONE|ENTERQUEUE||x|1", "2|c|q|A|CONNECT|2|y|1", "9|c|q|A|BLINDTRANSFER|1|s|2|7|1",
        "9|c|q|NONE|ENTERQUEUE||x|1", "12|c|q|B|CONNECT|3|y|1",
    )  # fmt: skip
    assert short() == ("answered", 2_000, None)
    record(system, "20|c|q|B|COMPLETEAGENT|3|8|1")
    assert short() == ("answered", 2_000, 15_000)


def test_the_day_is_the_one_it_entered_and_for_a_rejected_call_the_rejections(system: SourceSystem) -> None:
    past_midnight = 6_410  # 2023-11-15 00:00:10 UTC
    record(
        system,
        f"{past_midnight - 20}|a|q|NONE|ENTERQUEUE||x|1", f"{past_midnight}|a|q|NONE|ABANDON|1|1|20",
        f"{past_midnight}|b|q|NONE|ABANDON|1|1|20",
        f"{past_midnight - 20}|c|q|NONE|ENTERQUEUE||x|1", f"{past_midnight}|c|q|NONE|JOINEMPTY",
    )  # fmt: skip
    days = dict(Call.objects.values_list("callid", "day"))
    assert days == {"a": date(2023, 11, 14), "b": date(2023, 11, 14), "c": date(2023, 11, 15)}


def test_a_call_is_an_interaction_of_the_customer_who_alone_has_the_number(system: SourceSystem) -> None:
    team = Team.objects.create(key="sales", name="Sales")
    agent = User.objects.create_user("a@example.org", phone_agent="SIP/8")
    customer = Customer.objects.create(name="Ada")
    tier = Tier.objects.create(key="gold-x", name="Gold", rank=91)
    TierAssignment.objects.create(customer=customer, tier=tier, valid=(date(2023, 11, 1), date(2023, 11, 15)))
    ContactPoint.objects.create(customer=customer, kind="phone", raw="+49 30 123456", normalised="4930123456")
    record(system, *ANSWERED)
    found = Interaction.objects.values(
        "customer", "contact_value", "contact_normalised", "channel", "direction", "outcome", "occurred_at",
        "duration_s", "agent", "agent_name", "team", "tier", "is_contact", "call__team", "call__agent", "call__tier",
        "customer__last_contact_at",
    ).get()  # fmt: skip
    assert found == {
        "customer": customer.pk, "contact_value": "030 123456", "contact_normalised": "4930123456",
        "channel": "phone", "direction": "in", "outcome": "answered", "occurred_at": at(0), "duration_s": 100,
        "agent": agent.pk, "agent_name": "SIP/8", "team": team.pk, "tier": tier.pk, "is_contact": True,
        "call__team": team.pk, "call__agent": agent.pk, "call__tier": tier.pk, "customer__last_contact_at": at(0),
    }  # fmt: skip


def test_only_an_answered_call_is_a_contact(system: SourceSystem) -> None:
    record(system, "0|c|q|NONE|ENTERQUEUE||anonymous|1", "9|c|q|NONE|ABANDON|1|1|9")
    assert Interaction.objects.filter(is_contact=False, outcome="abandoned", customer=None).count() == 1


def test_numbers_that_come_later_or_are_shared_give_the_same_customers(system: SourceSystem) -> None:
    first, second = Customer.objects.create(name="Ada"), Customer.objects.create(name="Bert")
    record(system, *ANSWERED)
    ContactPoint.objects.create(customer=first, kind="phone", raw="x", normalised="4930123456")
    rematch_callers(numbers=["4930123456"], customers=[])
    assert Interaction.objects.get().customer == first
    ContactPoint.objects.create(customer=second, kind="phone", raw="x", normalised="4930123456")
    rematch_callers(numbers=["4930123456"], customers=[first.pk, second.pk])
    assert Interaction.objects.get().customer is None


def test_a_queue_given_to_a_team_takes_its_calls_along(system: SourceSystem) -> None:
    record(system, *ANSWERED)
    team = Team.objects.create(key="inside", name="Inside sales")
    assign_queue(queue=Queue.objects.get(), team=team, purpose="order")
    found = Interaction.objects.values_list("team", "purpose", "call__team").get()
    assert found == (team.pk, "order", team.pk)
    record(system, *ANSWERED, "200|c9|sales|NONE|ENTERQUEUE||x|1")
    assert Call.objects.filter(team=F("queue__team"), interaction__purpose="order").count() == 2


def test_a_call_that_turns_out_to_be_another_s_counts_for_them_alone(system: SourceSystem) -> None:
    first, second = (Customer.objects.create(name=name) for name in ("first", "second"))
    for customer, number in ((first, "4930111"), (second, "4930222")):
        ContactPoint.objects.create(customer=customer, kind="phone", raw=number, normalised=number)
    record(system, "5|c|q|NONE|ENTERQUEUE||+4930111|1", "8|c|q|A|CONNECT|3|y|1")
    assert list(Customer.objects.order_by("pk").values_list("last_contact_at", flat=True)) == [at(5), None]
    record(system, "2|c|q|NONE|ENTERQUEUE||+4930222|1")
    assert list(Customer.objects.order_by("pk").values_list("last_contact_at", flat=True)) == [None, at(2)]
