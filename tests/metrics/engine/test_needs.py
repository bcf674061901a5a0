"""What is needed in the database is told from what is there by a hash of all that is declared."""

import pytest

from metrics.engine.needs import EVENTS, Index, Marking


def marking(**fields: str) -> Marking:
    declared = {"key": "call", "table": "calls", "insert": "I", "update": "U", "delete": "D", "truncate": "T"}
    return Marking(**{**declared, **fields})


def index(**fields: str) -> Index:
    return Index(**{"name": "call_cell", "table": "calls", "columns": "(day)", **fields})


def test_there_is_a_statement_for_each_event() -> None:
    statements = [("insert", "I"), ("update", "U"), ("delete", "D"), ("truncate", "T")]
    assert list(marking().statements.items()) == statements
    assert [marking().name(event) for event in EVENTS] == [f"call_mark_{event}" for event, _statement in statements]


@pytest.mark.parametrize("part", ["table", "insert", "update", "delete", "truncate"])
def test_whatever_a_trigger_does_is_in_its_hash(part: str) -> None:
    assert marking().digest == "b1704fce5a674b6f"  # of the parts, line by line
    assert marking(**{part: "X"}).digest != marking().digest


def test_so_is_what_an_index_is_of() -> None:
    assert index().digest == "a2496863bb20d9a1"
    assert len({index().digest, index(table="x").digest, index(columns="(x)").digest}) == 3


def test_a_name_is_what_it_is_found_by_and_no_part_of_what_it_is() -> None:
    assert marking(key="other").digest == marking().digest
    assert index(name="other").digest == index().digest
