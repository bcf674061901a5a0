"""Why two records are proposed: what each comparison says, and how much."""

from collections.abc import Iterable, Mapping
from math import isclose, log2

import pytest

from customers.identity.matching.finding import Listener, find_organizations, find_people
from customers.identity.matching.weighing import Weighed
from tests.customers.identity.matching.records import record, strangers

pytestmark = pytest.mark.slow


class Told(Listener):
    wants_evidence = True

    def __init__(self) -> None:
        self.pairs: list[Weighed] = []
        self.stages: list[tuple[str, int]] = []

    def weighed(self, pairs: Iterable[Weighed], owners: Mapping[int, int]) -> None:  # noqa: ARG002
        self.pairs += pairs

    def reached(self, stage: str, count: int) -> None:
        self.stages.append((stage, count))


def test_what_each_comparison_says_adds_up_to_the_score() -> None:
    people = [
        record("Günther Böhm", number=1, phone="+44 113 4960000", city="Leeds"),
        record("Gunther Bohm", number=2, city="Leeds"),
        record("Ada Lovelace", number=3, birth_date="1980-01-01", city="York"),
        record("Ada Lovelase", number=4, birth_date="1980-01-01", city="Hull"),
    ]
    told = Told()
    found = find_people([*people, *strangers(30)], listener=told)
    assert [(one.left, one.right, one.score) for one in told.pairs] == found
    first, second = told.pairs
    assert {(one["key"], one["level"]) for one in first.evidence} >= {
        ("given", "same"), ("family", "same"), ("birth", "unknown"), ("place", "city"), ("phone", "unknown"),
    }  # fmt: skip
    assert [(one["left"], one["right"]) for one in second.evidence if one["key"] == "family"] == [
        ("lovelace", "lovelase")
    ]
    odds = [log2(one.score / (1 - one.score)) for one in told.pairs]
    sums = [sum(each["weight"] for each in one.evidence) for one in told.pairs]
    assert isclose(odds[0] - odds[1], sums[0] - sums[1], abs_tol=0.1)
    assert [stage for stage, _count in told.stages] == ["read", "compared", "weighed"]


def test_of_two_customers_the_most_probable_records_speak() -> None:
    firms = [
        record("Acme Corp.", number=1, customer=1),
        record("Acme Corp.", number=2, customer=1, phone="+44 20 79460000", email="info@acme.example"),
        record("ACME Corporation Ltd", number=3, phone="+44 20 79460000", email="info@acme.example"),
    ]
    told = Told()
    found = find_organizations(firms, listener=told)
    assert {(left, right): score == 1 for left, right, score in found} == {(1, 2): True, (1, 3): False, (2, 3): False}
    assert [(one.left, one.right) for one in told.pairs] == [(2, 3)]
    assert {one["key"]: (one["left"], one["right"]) for one in told.pairs[0].evidence}["form"] == ("corp", "corp ltd")


def test_who_is_one_already_is_not_weighed() -> None:
    told = Told()
    find_people([record("Ann Other", number=1, customer=1), record("Ann Other", number=2, customer=1)], listener=told)
    assert told.pairs == []
