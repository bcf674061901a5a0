from collections.abc import Iterator

import pytest

from crm.common import tables
from crm.common.tables import Column, Table, declared


@pytest.fixture
def fruit() -> Iterator[Table[str, bool]]:
    def columns(may_weigh: bool) -> tuple[Column[str], ...]:
        name: Column[str] = Column(key="name", title="Name", cell=str, sort="name", order_by="search")
        weight: Column[str] = Column(key="weight", title="Weight", cell=len, sort="weight")
        return (name, weight) if may_weigh else (name,)

    yield Table[str, bool](key="test.fruit", caption="Fruit", columns=columns)
    del tables._declared["test.fruit"]


def test_a_list_is_declared_once(fruit: Table[str, bool]) -> None:
    assert declared()["test.fruit"] is fruit
    with pytest.raises(ValueError, match=r"another list called test\.fruit"):
        Table[str, None](key="test.fruit", caption="", columns=())


@pytest.mark.parametrize(
    ("asked", "allowed"),
    [
        ("name", "name"),
        ("-name", "-name"),
        ("search", "-weight"),
        ("--name", "-weight"),
        ("name; DROP", "-weight"),
        ("", "-weight"),
        ("-", "-weight"),
    ],
)
def test_only_columns_that_say_so_are_sorted_by(fruit: Table[str, bool], asked: str, allowed: str) -> None:
    assert fruit.allowed(asked, default="-weight", about=True) == allowed


def test_a_column_the_reader_does_not_see_is_not_sorted_by(fruit: Table[str, bool]) -> None:
    assert fruit.allowed("weight", default="name", about=False) == "name"


@pytest.mark.parametrize(
    ("sort", "field"),
    [
        ("name", "search"),
        ("-name", "-search"),
        ("weight", "weight"),
        ("-weight", "-weight"),
        ("relevance", "relevance"),
    ],
)
def test_a_column_may_be_ordered_by_another_field(fruit: Table[str, bool], sort: str, field: str) -> None:
    assert fruit.order_by(sort, about=True) == field
