from typing import Any

import pytest
from django.db import connection

from customers.interactions.telephony.checking import find_calls, mend_calls
from customers.models import Call
from tests.customers.interactions.telephony.test_calls import record
from tests.factories.importing import SourceSystemFactory
from tests.factories.telephony import CallFactory, QueueFactory

pytestmark = pytest.mark.django_db
EVENTS = ("0|{}|q|NONE|ENTERQUEUE||x|1", "9|{}|q|SIP/1|CONNECT|9|a|1")


@pytest.fixture
def calls() -> list[Call]:
    """One of each of two telephone systems, of the same callid and queue, and a third that has no events."""
    for key in ("pbx", "old"):
        record(SourceSystemFactory.create(key=key), *(line.format("c1") for line in EVENTS))
    CallFactory.create(callid="c1", queue=QueueFactory.create(name="q"))
    return list(Call.objects.order_by("pk"))


def found(first: int, after: int) -> list[int]:
    with connection.cursor() as cursor:
        return sorted(find_calls(cursor, first, after))


def mended(*calls: Call) -> int:
    with connection.cursor() as cursor:
        return mend_calls(cursor, [call.pk for call in calls])


def values() -> list[dict[str, Any]]:
    return list(Call.objects.order_by("pk").values())


def test_what_the_events_tell_is_not_found_nor_mended(calls: list[Call]) -> None:
    before = values()
    assert found(0, calls[-1].pk + 1) == []
    assert found(5, 5) == []
    assert (mended(*calls), mended()) == (0, 0)
    assert values() == before


def test_each_range_finds_its_own_of_every_system(calls: list[Call]) -> None:
    one, other, without = (call.pk for call in calls)
    Call.objects.update(talk_ms=7)
    assert found(one, without + 1) == [one, other]
    assert (found(one, other), found(other, without), found(other + 1, without + 1)) == ([one], [other], [])


def test_of_those_asked_for_only_the_wrong_ones_are_worked_out_again(calls: list[Call]) -> None:
    one, other, _without = calls
    before = values()
    Call.objects.filter(pk__in=[one.pk, other.pk]).update(waited_ms=7)
    assert mended(one) == 1
    assert values()[0] == before[0]
    assert values()[1] != before[1]
    assert mended(*calls) == 1
    assert values() == before
    assert mended(*calls) == 0
