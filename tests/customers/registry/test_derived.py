from dataclasses import replace

import pytest

from customers.registry import derived
from customers.registry.derived import Derived, all_derived, register_derived


def one(key: str, table: str = "customers_order") -> Derived:
    return Derived(
        key=key,
        label=key.title(),
        table=table,
        find=lambda _cursor, first, after: [first, after],
        mend=lambda _cursor, ids: len(ids),
    )


@pytest.fixture(autouse=True)
def empty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(derived, "_derived", {})


def test_they_are_told_in_the_order_they_came() -> None:
    assert all_derived() == []
    later, first = one("a"), one("b")
    register_derived(first)
    register_derived(later)
    assert all_derived() == [first, later]


def test_the_same_key_again_replaces_it_where_it_stood() -> None:
    for key in ("a", "b"):
        register_derived(one(key))
    other = replace(one("a"), table="customers_invoice")
    register_derived(other)
    assert [(each.key, each.table) for each in all_derived()] == [
        ("a", "customers_invoice"), ("b", "customers_order"),
    ]  # fmt: skip


def test_whoever_asks_may_change_the_list_and_changes_nothing() -> None:
    register_derived(one("a"))
    all_derived().clear()
    assert [each.key for each in all_derived()] == ["a"]
