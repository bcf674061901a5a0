import pytest

from customers.registry import search
from customers.registry.search import SearchProvider, register_search_provider, search_arms


@pytest.fixture(autouse=True)
def empty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "_search_providers", {})


def provider(key: str, statement: str = "") -> SearchProvider:
    """Looks for texts of digits alone."""
    return SearchProvider(key=key, arm=lambda text: (statement or key, [text]) if text.isdigit() else None)


def test_without_providers_there_are_no_arms() -> None:
    assert search_arms("123") == []


def test_arms_come_by_key_whichever_registered_first() -> None:
    for key in ("b", "a"):
        register_search_provider(provider(key))
    assert search_arms("123") == [("a", ["123"]), ("b", ["123"])]


def test_who_cannot_know_such_a_text_gives_none() -> None:
    register_search_provider(provider("a"))
    register_search_provider(SearchProvider(key="b", arm=lambda _text: ("all", [])))
    assert search_arms("Ada") == [("all", [])]


def test_the_same_key_again_replaces_it() -> None:
    register_search_provider(provider("a"))
    register_search_provider(provider("a", "other"))
    assert search_arms("1") == [("other", ["1"])]
