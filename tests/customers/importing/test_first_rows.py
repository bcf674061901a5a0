from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from customers.importing import first_rows
from customers.importing.first_rows import LOOKED_THROUGH, whole_rows
from customers.importing.opening import Unreadable
from customers.importing.rows import BrokenRow, Row

Item = Row | BrokenRow


def items(*texts: str) -> Iterator[Item]:
    """`!` stands for a broken row."""
    return (BrokenRow(at, "bad") if text == "!" else (at, [text, ""]) for at, text in enumerate(texts, 2))


def test_the_first_that_are_whole_are_shown_with_long_cells_cut() -> None:
    assert whole_rows(items(), 3) == []
    assert whole_rows(items("!", "!"), 3) == []
    assert whole_rows(items("a"), 3) == [["a", ""]]
    assert whole_rows(items("!", "a", "!", "b" * 201, "c"), 2) == [["a", ""], ["b" * 200, ""]]


def test_no_further_is_read_than_there_is_to_show() -> None:
    rows = items("a", "b", "c")
    assert whole_rows(rows, 1) == [["a", ""]]
    assert next(rows) == (3, ["b", ""])


@pytest.mark.parametrize(("broken", "shown"), [(LOOKED_THROUGH - 1, [["a", ""]]), (LOOKED_THROUGH, [])])
def test_so_many_are_looked_through(broken: int, shown: list[list[str]]) -> None:
    assert whole_rows(items(*["!"] * broken, "a"), 5) == shown


def asked(path: Path, **how: Any) -> dict[str, Any]:
    return first_rows._answer({"path": str(path), "codec": "", "delimiter": "", "sheet": "", "rows": 1, **how})


def test_the_answer_says_how_the_file_was_read(tmp_path: Path) -> None:
    file = tmp_path / "c.csv"
    file.write_bytes("Nr;Größe, cm\n1;2\n3;4\n".encode("cp1252"))
    assert asked(file) == {
        "headers": ["Nr", "Größe, cm"], "rows": [["1", "2"]], "encoding": "cp1252", "delimiter": ";",
    }  # fmt: skip
    assert asked(file, codec="latin-1", delimiter=",", rows=2) == {
        "headers": ["Nr;Größe", "cm"], "rows": [["1;2"], ["3;4"]], "encoding": "latin-1", "delimiter": ",",
    }  # fmt: skip
    with pytest.raises(Unreadable, match="There is no file"):
        asked(tmp_path / "none.csv")
