"""What is the matter with one customer."""

from dataclasses import dataclass
from datetime import date

import pytest

from customers.identity.hygiene.checking import Facts, codes_of, is_placeholder
from customers.identity.hygiene.fields import FAULTS, FIELDS, FRESHNESS, KINDS, POINTS

TODAY = date(2026, 11, 15)
CLEAN = {
    "name": "Weber Maschinen GmbH", "tax_id": "DE136695976", "email": "info@weber.example", "phone": "+49 30 1234567",
    "address": "Hauptstr. 1", "city": "Berlin", "region": "Berlin", "country": "DE", "postcode": "10115",
    "industry": "machinery", "language": "de",
}  # fmt: skip


@dataclass(frozen=True)
class Odd:
    """A customer who is clean but for this."""

    kind: str = "organization"
    birth_date: date | None = date(1970, 5, 4)
    has_number: bool = True
    is_proposed: bool = False
    shared: str = ""


def faults(odd: Odd = Odd(), /, **values: str) -> list[str]:
    facts = Facts(odd.kind, {**CLEAN, **values}, odd.birth_date, odd.has_number, odd.is_proposed, odd.shared)
    kind, *codes = sorted(codes_of(facts, today=TODAY), key=lambda code: code not in KINDS.values())
    assert kind == KINDS[odd.kind]
    return [next(key for key, point in FAULTS.items() if point.code == code) for code in codes]


def test_who_is_clean_has_no_fault() -> None:
    assert faults() == faults(Odd(kind="person"), tax_id="", industry="") == []


def test_a_field_is_asked_of_those_alone_whom_it_applies_to() -> None:
    nothing = dict.fromkeys(CLEAN, "")
    person = faults(Odd(kind="person", birth_date=None), **nothing)
    firm = faults(Odd(birth_date=None), **nothing)
    assert set(firm) - set(person) == {"tax_id-complete", "region-complete", "industry-complete"}
    assert set(person) - set(firm) == {"birth_date-complete"}
    assert len(firm) == len(FIELDS) - 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "030 1234567"), ("name", "N/A"), ("tax_id", "91310000MA1FL0XK8Q"), ("tax_id", "n/a"),
        ("tax_id", "123456789"), ("email", "info@weber"), ("email", "none@weber.example"), ("address", "---"),
        ("city", "test"), ("region", "（未知）".strip("（）")), ("country", "Absurdistan"), ("postcode", "00000"),
        ("postcode", "1011"),
        ("industry", "unknown"), ("language", "qq"),
    ],
)  # fmt: skip
def test_what_does_not_pass_the_products_own_checks_is_not_valid(field: str, value: str) -> None:
    assert faults(**{field: value}) == [f"{field}-valid"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "Müller 7"), ("name", "华东贸易"), ("email", "Info@Weber.example"), ("country", "Germany"),
        ("country", "NA"), ("language", "zh-CN"), ("language", "en_GB"),
        ("language", "German"), ("postcode", "01067"), ("city", "Nan'an"),
    ],
)  # fmt: skip
def test_what_is_odd_and_right_is_valid(field: str, value: str) -> None:
    assert faults(**{field: value}) == []


def test_a_postcode_is_held_against_its_country() -> None:
    assert faults(country="中国", postcode="200120") == faults(country="cn", postcode="200120") == []
    assert faults(country="cn") == ["postcode-valid"]
    assert faults(country="Absurdistan", postcode="1") == ["country-valid"]


def test_a_phone_is_valid_where_it_became_a_number_at_the_door() -> None:
    assert faults(Odd(has_number=False)) == ["phone-valid"]
    assert faults(Odd(has_number=False), phone=" ") == ["phone-complete"]
    assert faults(phone="0000000") == ["phone-valid"]


@pytest.mark.parametrize("day", [date(2026, 11, 16), date(1899, 12, 31)])
def test_a_date_of_birth_lies_in_the_past_of_somebody_alive(day: date) -> None:
    assert faults(Odd(kind="person", birth_date=day)) == ["birth_date-valid"]
    assert faults(Odd(kind="person", birth_date=TODAY)) == faults(Odd(birth_date=day)) == []


def test_who_is_proposed_as_somebody_else_or_has_a_key_of_many_is_not_unique() -> None:
    assert faults(Odd(is_proposed=True, shared="phone")) == ["customer-unique", "phone-unique"]
    assert faults(Odd(shared="email"), email="n/a") == ["email-valid"]


@pytest.mark.parametrize("text", ["", " - ", "N/A", "(none)", "TEST", "000000", "xxx", "无", "..."])
def test_a_placeholder_stands_for_nothing(text: str) -> None:
    assert is_placeholder(text)


@pytest.mark.parametrize("text", ["Testa & Co", "0511", "Nana", "O", "1", "无锡"])
def test_a_value_that_looks_like_one_stands(text: str) -> None:
    assert not is_placeholder(text)


def test_numbers_are_given_once() -> None:
    codes = [*(point.code for point in (*POINTS, FRESHNESS)), *KINDS.values()]
    assert len(set(codes)) == len(codes)
    assert [point.key for point in POINTS[:2]] == ["name-complete", "tax_id-complete"]
    assert len(POINTS) == 28
