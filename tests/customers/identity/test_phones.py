import pytest

from customers.identity.phones import normalise_phone, phone_in_words


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
