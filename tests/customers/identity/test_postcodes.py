"""Whether a postcode can be one of its country."""

import pytest

from customers.identity.places import find_country
from customers.identity.postcodes import _SHAPES, is_postcode

RIGHT = {
    "DE": ("10115", "D-10115", "DE 01067"), "AT": ("1010", "A-1010"), "CH": ("8001", "CH-8001"),
    "FR": ("75 008", "F-75008"), "CN": ("100000", "２００１２０"), "TW": ("106", "10617", "106-409"),
    "JP": ("100-0001", "100-0001"), "KR": ("03187",), "US": ("94043", "94043-1351"),
    "CA": ("K1A 0B1", "k1a0b1"), "MX": ("06000",), "BR": ("01310-100",), "AR": ("C1070AAM", "1070"),
    "GB": ("SW1A 1AA", "m1 1ae", "EC1A1BB", "GIR 0AA", "BFPO 57", "CR2 6XH"), "IE": ("D02 X285", "D6W V284"),
    "JE": ("JE2 3AB",), "NL": ("1234 AB", "NL-1234ab"), "SE": ("111 22", "SE-111 22"), "PL": ("00-950",),
    "CZ": ("110 00",), "PT": ("1000-001",), "GR": ("104 32",), "LU": ("L-1931",), "LV": ("LV-1073",),
    "MT": ("VLT 1117",), "RO": ("010011",), "FI": ("FIN-00100",), "IN": ("110 001",), "SG": ("018956",),
    "RU": ("101000",), "UA": ("01001",), "IL": ("9614303", "96143"), "IR": ("11936-12345",), "AU": ("2060",),
    "NZ": ("6011",), "ZA": ("0083",), "SZ": ("H100",), "KY": ("KY1-1100",), "AD": ("AD500",),
}  # fmt: skip
WRONG = {
    "DE": ("1011", "101155", "1O115", "A-10115", "Berlin"), "AT": ("10115",), "CH": ("80011",), "FR": ("7500",),
    "CN": ("10000", "1000000"), "JP": ("1000",), "US": ("9404", "940431"), "CA": ("11111", "D1A 0B1"),
    "BR": ("01310",), "GB": ("SW1A", "12345", "AAAA 1AA", "SW1A 1CC"), "IE": ("D02", "G02 X285"),
    "NL": ("1234", "0234 AB"), "PT": ("1000",), "SE": ("1112",), "PL": ("0950",), "IN": ("11000",),
    "AU": ("206",),
}  # fmt: skip


@pytest.mark.parametrize(("country", "postcode"), [(code, each) for code, found in RIGHT.items() for each in found])
def test_it_may_be_one(country: str, postcode: str) -> None:
    assert is_postcode(postcode, country)


@pytest.mark.parametrize(("country", "postcode"), [(code, each) for code, found in WRONG.items() for each in found])
def test_it_is_none(country: str, postcode: str) -> None:
    assert not is_postcode(postcode, country)


def test_the_country_may_be_called_by_its_name() -> None:
    assert [is_postcode("1011", name) for name in ("Germany", " germany ", "德国", "de")] == [False] * 4


@pytest.mark.parametrize("country", ["", "HK", "AE", "Absurdistan"])
def test_where_no_shape_is_known_any_may_be_one(country: str) -> None:
    assert is_postcode("anything", country)


def test_only_countries_have_shapes() -> None:
    assert [code for code in _SHAPES if find_country(code) != code] == []
