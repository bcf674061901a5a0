from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import Q

from crm.common.lists import conditions
from crm.common.lists.conditions import BadConditions, as_data, each, read, to_q, without
from crm.common.lists.fields import Field
from crm.common.lists.options import Asking, Fixed

FIELDS = {
    field.key: field
    for field in (
        Field(key="city", label="City", kind="text", path="city", has_no="text"),
        Field(key="kind", label="Kind", kind="choice", path="kind", options=Fixed(choices=[("a", "A"), ("b", "B")])),
        Field(key="tier", label="Tier", kind="choice", path="tier", is_id=True, words={"mine": lambda a: a.team_id}),
        Field(key="sum", label="Sum", kind="money", path="figures__sum"),
        Field(key="due", label="Due", kind="date", path="due_on"),
        Field(key="done", label="Done", kind="yes_no", path="is_done"),
    )
}
ME = Asking(user=None, user_id=5, team_id=7)
ROME = {"field": "city", "op": "is", "value": "Rome"}
GONE = {"field": "colour", "op": "is", "value": "red"}


def q(data: Any) -> Q:
    return to_q(read(data, FIELDS), ME)


@pytest.mark.parametrize(
    ("field", "op", "value", "clean"),
    [
        ("city", "is", " Rome ", "Rome"),
        ("city", "is", "x" * 200, "x" * 200),
        ("kind", "is", ["a", "b"], ("a", "b")),
        ("kind", "is", "a", ("a",)),
        ("kind", "is", [str(n) for n in range(100)], tuple(str(n) for n in range(100))),
        ("tier", "is", ["mine", "12"], ("mine", "12")),
        ("sum", "at_least", "1,5", Decimal("1.5")),
        ("due", "from", "2026-02-28", date(2026, 2, 28)),
        ("due", "older", "90", 90),
        ("due", "empty", "whatever", ""),
    ],
)
def test_a_value_is_read_as_its_operation_takes_it(field: str, op: str, value: Any, clean: Any) -> None:
    (one,) = each(read({"all": [{"field": field, "op": op, "value": value}]}, FIELDS))
    assert (one.value, one.fault, one.is_gone) == (clean, "", False)


@pytest.mark.parametrize(
    ("field", "op", "value"),
    [
        ("city", "is", "x" * 201),
        ("city", "is", "a\x00b"),
        ("city", "is", ["Rome"]),
        ("kind", "is", [str(n) for n in range(101)]),
        ("kind", "is", ["a", 5]),
        ("kind", "is", {"a": "b"}),
        ("kind", "is", ["x" * 201]),
        ("tier", "is", ["gold"]),
        ("tier", "is", ["9" * 18]),
        ("tier", "is", ["٣"]),
        ("sum", "at_least", "NaN"),
        ("sum", "at_least", "1e99"),
        ("sum", "at_least", "much"),
        ("due", "from", "2026-02-30"),
        ("due", "older", "-1"),
        ("due", "older", "36501"),
        ("due", "older", "9" * 30),
    ],
)
def test_a_value_that_is_none_fits_nothing_and_says_so(field: str, op: str, value: Any) -> None:
    data = {"all": [{"field": field, "op": op, "value": value}]}
    (one,) = each(read(data, FIELDS))
    assert one.fault
    assert q(data) == conditions.NOTHING
    assert as_data(read(data, FIELDS)) == data


@pytest.mark.parametrize("data", [GONE, {"field": "city", "op": "rhymes", "value": "x"}, {"field": ["x"], "op": {}}])
def test_what_the_list_has_no_longer_is_passed_over_and_kept(data: Any) -> None:
    group = read({"all": [ROME, data]}, FIELDS)
    assert [one.is_gone for one in each(group)] == [False, True]
    assert to_q(group, ME) == Q(city__iexact="Rome")
    assert as_data(group) == {"all": [ROME, data]}
    assert q({"any": [data]}) == Q()


def test_what_nobody_has_given_a_value_asks_for_nothing() -> None:
    assert q({"all": [ROME, {"field": "kind", "op": "is", "value": []}]}) == Q(city__iexact="Rome")


def test_groups_are_joined_by_and_and_or() -> None:
    done = {"field": "done", "op": "yes", "value": ""}
    late = {"field": "due", "op": "before", "value": "2026-01-01"}
    rome, yes, before = Q(city__iexact="Rome"), Q(is_done=True), Q(due_on__lt=date(2026, 1, 1))
    assert q({"all": [ROME, {"any": [done, late]}]}) == rome & (yes | before)
    assert q({"any": [ROME, {"all": [done, late]}]}) == rome | (yes & before)
    assert q({}) == q(None) == q({"all": []}) == Q()


@pytest.mark.parametrize(
    "data",
    [
        "x", 5, [ROME], {"none": [ROME]}, {"all": ROME}, {"all": [], "any": []}, {"all": ["x"]}, {"all": [None]},
        {"all": [{"any": [{"all": [ROME]}]}]}, {"all": [ROME] * 21}, {"all": [ROME] * 10 + [{"any": [ROME] * 11}]},
    ],
)  # fmt: skip
def test_other_shapes_and_too_many_are_refused(data: Any) -> None:
    with pytest.raises(BadConditions):
        read(data, FIELDS)


def test_twenty_are_taken() -> None:
    assert len(list(each(read({"all": [ROME] * 20}, FIELDS)))) == 20


def test_one_is_taken_out_and_an_empty_group_goes() -> None:
    group = read({"all": [ROME, {"any": [GONE]}, GONE]}, FIELDS)
    assert as_data(without(group, (1, 0))) == {"all": [ROME, GONE]}
    assert as_data(without(group, (0,))) == {"all": [{"any": [GONE]}, GONE]}


def test_words_stand_for_whoever_asks_and_for_nobody_where_there_is_none() -> None:
    data = {"all": [{"field": "tier", "op": "is", "value": ["mine", "3"]}]}
    assert q(data) == Q(tier__in=[7, "3"])
    assert to_q(read(data, FIELDS), Asking(user=None)) == Q(tier__in=["3"])
