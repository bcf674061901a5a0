from datetime import UTC, datetime

import pytest

from customers.models import Customer
from customers.page.home import News
from customers.page.home_words import news_words, unmatched_words

NOW = datetime(2026, 11, 15, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("counts", "words"),
    [((2, 1, 0), "2 contacts, 1 order"), ((0, 0, 3), "3 invoices"), ((99, 0, 0), "99+ contacts"), ((0, 0, 0), "")],
)
def test_news_are_counted_in_words(counts: tuple[int, int, int], words: str) -> None:
    assert news_words(News(Customer(), *counts, NOW, None)) == words


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (0, ""),
        (1, "1 contact belongs to no customer yet."),
        (1000, "1,000 contacts belong to no customer yet."),
        (1001, "1,000+ contacts belong to no customer yet."),
    ],
)
def test_contacts_without_a_customer_are_counted_in_words(count: int, words: str) -> None:
    assert unmatched_words(count) == words
