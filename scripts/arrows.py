"""Import-linter contracts of our own: inside a room, what people see stands on forms, and both stand on verbs; and no
module leads back to itself.
"""

from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from typing import Any

from importlinter import Contract, ContractCheck, fields, output

SHOWN = ("views", "admin", "api")
TYPED = ("forms", "tables", "filters")


def height(module: str) -> int:
    """0 a verb or a read, 1 a form, table or filter, 2 a view, admin or API; `list_views` is a view too."""
    name = module.rpartition(".")[2]
    if name.split("_")[-1] in SHOWN:
        return 2
    return 1 if name.split("_")[-1] in TYPED else 0


class RoomContract(Contract):
    """`rooms`: packages whose modules may import only what stands as high as they do, or lower."""

    rooms: Any = fields.ListField(subfield=fields.ModuleField())

    def check(self, graph: Any, verbose: bool) -> ContractCheck:  # noqa: ARG002 - import-linter passes it
        climbing = [pair for room in self.rooms for pair in _climbing(graph, room.name)]
        return ContractCheck(kept=not climbing, metadata={"climbing": climbing})

    def render_broken_contract(self, check: ContractCheck) -> None:
        for importer, imported in check.metadata["climbing"]:
            output.print_error(f"{importer} stands below {imported} and must not import it")


def _climbing(graph: Any, room: str) -> Iterator[tuple[str, str]]:
    inside = {room, *graph.find_descendants(room)}
    for importer in sorted(inside):
        for imported in sorted(graph.find_modules_directly_imported_by(importer) & inside):
            if height(imported) > height(importer):
                yield importer, imported


class CircleContract(Contract):
    """No module leads back to itself: neither by imports inside functions nor by those for the type checker alone."""

    def check(self, graph: Any, verbose: bool) -> ContractCheck:  # noqa: ARG002 - import-linter passes it
        circle = find_circle(graph)
        return ContractCheck(kept=not circle, metadata={"circle": circle})

    def render_broken_contract(self, check: ContractCheck) -> None:
        output.print_error(" imports ".join(check.metadata["circle"]))


def find_circle(graph: Any) -> list[str]:
    """The names of one circle, each importing the next and the last equal to the first; empty where there is none."""
    imported = {name: graph.find_modules_directly_imported_by(name) for name in sorted(graph.modules)}
    try:
        TopologicalSorter(imported).prepare()
    except CycleError as error:
        return [*reversed(error.args[1])]
    return []
