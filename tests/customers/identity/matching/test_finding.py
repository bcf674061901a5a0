"""Small companies, of which nothing can be learnt, and one that is large enough."""

from random import Random

import pytest

from customers.identity.matching.finding import find_organizations, find_people
from tests.customers.identity.matching.records import record, strangers

pytestmark = pytest.mark.slow
HOME = {"address": "12 Hill Road", "city": "Leeds", "postcode": "LS1 4AB", "phone": "+44 113 4960000"}


def test_nobody_and_one_alone_are_nobodys_double() -> None:
    assert find_people([]) == []
    assert find_organizations([record("Acme")]) == []


def test_the_same_person_as_departments_write_them() -> None:
    same = [
        record("Günther Böhm", number=1, email="g.boehm@mail.example", **HOME),
        record("BÖHM, Günther", number=2, phone="0044 113 4960000", city="Leeds"),
        record("Gunther Bohm", number=3, email="G.Boehm@mail.example"),
        record("张三", number=4, phone="+86 21 61000434", city="上海"),
        record("Zhang San", number=5, phone="+86 21 61000434"),
    ]
    found = find_people([*same, *strangers(30)])
    assert {(left, right) for left, right, _score in found} == {(1, 2), (1, 3), (2, 3), (4, 5)}


def test_a_household_is_not_one_person() -> None:
    family = [
        record("Anna Meier", number=1, birth_date="1980-02-03", email="meier@mail.example", **HOME),
        record("Paul Meier", number=2, birth_date="1979-07-08", email="meier@mail.example", **HOME),
        record("Alexander Meier", number=3, birth_date="2003-01-20", **HOME),
        record("Alexandra Meier", number=4, birth_date="2006-11-09", **HOME),
    ]
    assert find_people([*family, *strangers(30)]) == []


def test_firms_under_one_roof_are_not_one_firm() -> None:
    tower = {"address": "1 Tower Square", "city": "London", "postcode": "E1 6AN", "phone": "+44 20 79460000"}
    firms = [
        record("Acme Corp.", number=1, **tower),
        record("ACME Corporation Ltd", number=2, phone="020 7946 0000 (UK: +44 20 79460000)", city="London"),
        record("Borealis Shipping Ltd", number=3, **tower),
        record("厦门宏达纺织有限公司", number=4, phone="+86 592 6100434"),
        record("Xiamen Hongda Textile Co., Ltd.", number=5, phone="+86 592 6100434"),
    ]
    found = {(left, right) for left, right, _score in find_organizations(firms)}
    assert (4, 5) in found
    assert not {(1, 3), (2, 3)} & found


def test_a_name_that_is_only_a_telephone_number_is_no_name() -> None:
    firms = [
        record("+44 20 79460000", number=1, phone="+44 20 79460000"),
        record("+44 20 79460001", number=2, phone="+44 20 79460001"),
    ]
    assert find_organizations(firms) == []


def test_records_that_share_a_customer_are_one() -> None:
    assert find_people([record("Ann", number=1, customer=9), record("Bert", number=2, customer=9)]) == [(1, 2, 1.0)]


def test_what_it_learns_is_the_same_for_the_same_records_in_any_order() -> None:
    """Every third person stands there again, with a slip in the name and without one of the rest."""
    people = strangers(400)
    draw = Random(5)
    again = [
        one._replace(
            id=one.id + 1_000,
            customer=one.id + 1_000,
            name=one.name[:2] + one.name[3:],
            **{draw.choice(("email", "phone", "address", "birth_date")): ""},
        )
        for one in people[::3]
    ]
    found = find_people([*people, *again])
    assert {(left, right) for left, right, _score in found} == {(one.id - 1_000, one.id) for one in again}
    shuffled = [*people, *again]
    draw.shuffle(shuffled)
    assert find_people(shuffled) == found
