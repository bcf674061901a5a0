import pytest
from hypothesis import given
from hypothesis import strategies as st

from customers.identity.phones import any_number, normalise_phone, phone_in_words, plain_number

STARTS = ("", "+", "0", "00", "011", "8", "1", "06", "+49", "+86", "+1", "+39", "+7", "+55", "+0", "49", "(0", "+(49)")
COUNTRIES = ("DE", "CN", "US", "IT", "VA", "RU", "KZ", "BR", "GB", "PL", "HU", "XX")


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("030 123456", "4930123456"),
        ("+49 (30) 123-456", "4930123456"),
        ("0049 30 123456", "4930123456"),
        ("+86 138 0013 8000", "8613800138000"),
        ("anonymous", ""),
        ("", ""),
        ("12", ""),
        ("٠٣٠١٢٣٤٥٦", "4930123456"),
    ],
)
def test_a_number_has_one_form(raw: str, expected: str) -> None:
    assert normalise_phone(raw) == expected


def test_a_national_number_may_be_of_another_country() -> None:
    assert normalise_phone("138 0013 8000", country="CN") == "8613800138000"


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ("030 / 91004088", "+49 30 91004088"),
        ("+493091004088", "+49 30 91004088"),
        ("0086 138 0013 8000", "+86 138 0013 8000"),
        ("ask for Ada", "ask for Ada"),
        ("12", "12"),
        ("", ""),
    ],
)
def test_a_number_is_shown_as_it_is_dialled_from_anywhere(raw: str, words: str) -> None:
    assert phone_in_words(raw) == words


@given(
    st.sampled_from(STARTS),
    st.text(alphabet="0123456789" * 4 + " -/().+", min_size=2, max_size=17),
    st.sampled_from(COUNTRIES),
)
def test_a_plain_number_is_what_the_library_makes_of_it(start: str, rest: str, country: str) -> None:
    raw = start + rest
    assert plain_number(raw, country) in {"", any_number(raw, country)}


@pytest.mark.parametrize(
    ("raw", "country", "plain"),
    [
        ("030 / 123-456", "DE", "4930123456"),
        ("+86 (138) 0013.8000", "DE", "8613800138000"),
        ("138 0013 8000", "CN", "8613800138000"),
        ("212-555-1234", "US", "12125551234"),
        ("1-212-555-1234", "US", ""),  # may be with or without the country's code
        ("0049 30 123456", "DE", ""),  # dialled as from abroad
        ("+49 (0) 30 123456", "DE", ""),
        ("030 123456", "IT", ""),  # the nought is part of the number
        ("8 912 345-67-89", "KZ", ""),  # shares its code with a bigger country
        ("+39 06 1234567", "DE", ""),
        ("+210 123456", "DE", ""),  # nobody's code
        ("+49 1", "DE", ""),
        ("+49 30 1234567890123456", "DE", ""),
        ("030 123x", "DE", ""),
        ("٠٣٠١٢٣٤٥٦", "DE", ""),
        ("0 49 30 12", "XX", ""),
    ],
)
def test_only_what_leaves_nothing_to_think_about_is_plain(raw: str, country: str, plain: str) -> None:
    assert plain_number(raw, country) == plain
