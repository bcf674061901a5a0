"""A row of a file, whatever the file is, and what a row may hold."""

from typing import Final

MOST_COLUMNS: Final = 500
LONGEST_HEADER: Final = 200
LONGEST_CELL: Final = 1024 * 1024

Row = tuple[int, list[str]]


class BrokenRow(Exception):
    """A row that cannot be read; reading goes on behind it."""

    def __init__(self, line: int, reason: str, column: str = "", row: dict[str, str] | None = None) -> None:
        super().__init__(reason)
        self.line = line
        self.column = column
        self.row = row or {}
