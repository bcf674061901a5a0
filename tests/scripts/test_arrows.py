from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import grimp
import pytest

from scripts.arrows import find_circle

pytestmark = pytest.mark.slow

GraphOf = Callable[[str], grimp.ImportGraph]
PLAIN = "from circular.orders import Order\n"
FOR_TYPES = f"from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    {PLAIN}"
DEFERRED = f"def ask():\n    {PLAIN}"


@pytest.fixture
def graph_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> GraphOf:
    """The imports of a package in which orders import customers, and customers hold the text given."""
    monkeypatch.syspath_prepend(str(tmp_path))
    package = tmp_path / "circular"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "orders.py").write_text("from circular.customers import Customer\n")

    def read(text: str) -> grimp.ImportGraph:
        (package / "customers.py").write_text(text)
        return grimp.build_graph("circular", cache_dir=None)

    return read


def test_arrows_one_way_are_no_circle(graph_of: GraphOf) -> None:
    assert find_circle(graph_of("")) == []


@pytest.mark.parametrize("text", [PLAIN, FOR_TYPES, DEFERRED])
def test_a_circle_is_found_wherever_the_import_hides(graph_of: GraphOf, text: str) -> None:
    found = find_circle(graph_of(text))

    assert found[0] == found[-1]
    assert set(found) == {"circular.customers", "circular.orders"}


def test_a_circle_is_told_in_the_direction_of_its_imports(graph_of: GraphOf, tmp_path: Path) -> None:
    (tmp_path / "circular" / "lines.py").write_text(PLAIN)
    found = find_circle(graph_of("from circular.lines import Line\n"))

    order = ["circular.orders", "circular.customers", "circular.lines"]
    assert [pair in pairwise([*order, order[0]]) for pair in pairwise(found)] == [True, True, True]
