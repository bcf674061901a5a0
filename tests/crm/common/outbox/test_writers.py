from collections.abc import Mapping
from typing import Any

import pytest

from crm.common.outbox import writers
from crm.common.outbox.writers import Letter, NoWriter, register_writer, writer_of


@pytest.fixture(autouse=True)
def none_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writers, "_writers", {})


def first(to: str, data: Mapping[str, Any]) -> Letter | None:
    return Letter(subject=to, body=str(data))


def second(to: str, data: Mapping[str, Any]) -> Letter | None:
    return None


def test_a_kind_is_written_by_who_registered_for_it_last() -> None:
    register_writer("note", first)
    register_writer("bill", second)
    assert (writer_of("note"), writer_of("bill")) == (first, second)
    register_writer("note", second)
    assert writer_of("note") is second


def test_a_kind_that_nobody_writes_is_named_without_what_it_was_looked_up_in() -> None:
    with pytest.raises(NoWriter) as raised:
        writer_of("note")
    assert (raised.value.args, raised.value.__suppress_context__) == (("note",), True)
