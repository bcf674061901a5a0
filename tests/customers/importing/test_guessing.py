from itertools import combinations

import pytest

from crm.common.kinds import import_kinds
from customers.importing.guessing import SYNONYMS, comparable, guess
from customers.importing.registry import get_spec

KINDS = sorted(dict(import_kinds()))


@pytest.mark.parametrize(
    ("header", "compared"),
    [
        ("Customer_ID", "customerid"),
        (" Kunden-Nr. ", "kundennr"),
        ("Straße", "strasse"),
        ("Währung", "waehrung"),
        ("WA\u0308HRUNG", "waehrung"),  # the accent a character of its own
        ("Ｅ－Ｍａｉｌ", "email"),
        ("客户 编号", "客户编号"),
        ("№", "no"),
        ("_", ""),
        ("", ""),
    ],
)
def test_headers_compare_by_letters_and_digits(header: str, compared: str) -> None:
    assert comparable(header) == compared


@pytest.mark.parametrize(
    ("headers", "wanted", "found"),
    [
        (["客户编号", "公司名称", "电话"], ["external_id", "name", "phone", "city"],
         {"external_id": "客户编号", "name": "公司名称", "phone": "电话"}),
        (["Kunden-Nr.", "E-Mail", "PLZ"], ["external_id", "email", "postcode"],
         {"external_id": "Kunden-Nr.", "email": "E-Mail", "postcode": "PLZ"}),
        (["Account ID", "Account name"], ["external_id", "name"], {"name": "Account name"}),
        (["ID", "External ID"], ["external_id"], {"external_id": "External ID"}),
        # the same name goes before another column's synonym, wherever it stands
        (["Date"], ["placed_at", "date"], {"date": "Date"}),
        (["Date"], ["placed_at", "issued_on"], {"placed_at": "Date"}),
        (["Date", "Order date"], ["placed_at", "issued_on"], {"placed_at": "Order date", "issued_on": "Date"}),
        # of synonyms the first of the list, of headers alike the first of the file
        (["Number", "ID"], ["external_id"], {"external_id": "ID"}),
        (["name", "NAME"], ["name"], {"name": "name"}),
        (["City", "Name"], ["name", "city"], {"name": "Name", "city": "City"}),
        (["Colour", ""], ["name"], {}),
        (["Name"], [], {}),
        ([], ["name"], {}),
        (["Shoe size"], ["shoe_size"], {"shoe_size": "Shoe size"}),
        (["Size"], ["shoe_size"], {}),
    ],
)  # fmt: skip
def test_each_column_finds_its_header(headers: list[str], wanted: list[str], found: dict[str, str]) -> None:
    assert guess(headers, iter(wanted)) == found


def test_what_is_found_stands_in_the_order_of_what_is_wanted() -> None:
    assert list(guess(["City", "Firma"], ["name", "city"])) == ["name", "city"]
    assert list(guess(["City", "Firma"], ["city", "name"])) == ["city", "name"]


def test_exact_takes_no_synonym() -> None:
    assert guess(["ID", "E-Mail", "NAME"], ["external_id", "email", "name"], exact=True) == {
        "email": "E-Mail", "name": "NAME",
    }  # fmt: skip


def test_synonyms_are_written_as_they_are_compared_each_once_and_of_known_columns() -> None:
    assert {word for words in SYNONYMS.values() for word in words if comparable(word) != word} == set()
    assert [name for name, words in SYNONYMS.items() if len(set(words)) != len(words)] == []
    assert set(SYNONYMS) <= {name for kind in KINDS for name in get_spec(kind).names}


@pytest.mark.parametrize("kind", KINDS)
def test_no_column_takes_the_name_of_another(kind: str) -> None:
    names = get_spec(kind).names
    assert guess(names, names) == {name: name for name in names}
    assert {pair for pair in combinations(names, 2) if comparable(pair[0]) == comparable(pair[1])} == set()
