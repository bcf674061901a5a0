"""Temporary tables of a few rows, kept by the session for the next of the kind: an item of the API, a saved form.

A chunk of a file makes a dozen tables and drops them; of one record that is most of the work, and thousands a minute
would leave the catalogue full of holes. So what the chunk's statements make is made once a session and kind, under a
name of its own, and emptied before it is filled: CREATE … AS becomes DELETE and INSERT, and nothing is analysed, as
there are a few rows. (ON COMMIT DELETE ROWS would cut every file of the session at each commit, which takes longer.)
The statements are the files' own; it is only read how they make their tables.
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import groupby
from typing import Any, Final, cast

from django.db.backends.utils import CursorWrapper

from crm.common import prepared

_WORD: Final = re.compile(r"\b[a-z_]+\b")
_NEW: Final = re.compile(r"CREATE TEMP(?:ORARY)? TABLE (\w+)", re.IGNORECASE)
_ENDS: Final = "ON COMMIT DROP"
_STAYS: Final = "ON COMMIT PRESERVE ROWS"
_COMMENT: Final = re.compile(r"--[^\n]*")
_DROP: Final = re.compile(r"\s*DROP TABLE IF EXISTS ([\w, ]+)\s*", re.IGNORECASE)
_MAKE: Final = re.compile(
    r"\s*CREATE TEMP(?:ORARY)? TABLE (\w+)\s*(\(.*\))?\s*ON COMMIT DROP(?:\s+AS\b(.*))?\s*", re.DOTALL
)
_ANALYSE: Final = re.compile(r"\s*ANALYZE .*", re.DOTALL)
_WIDEN: Final = re.compile(r"\s*ALTER TABLE (\w+) ADD COLUMN .*", re.DOTALL)
_THERE: Final = "SELECT relname FROM pg_class WHERE relnamespace = pg_my_temp_schema() AND relkind = 'r'"
DEAR: Final = 900
"""Characters of a statement that takes longer to plan than to run: it is planned once a session."""

Params = Sequence[Any] | Mapping[str, Any] | None


def kept(cursor: CursorWrapper, kind: str) -> CursorWrapper:
    """A cursor for the statements of a few rows of a kind, in one transaction. Those of a kind make the same tables."""
    return cast("CursorWrapper", _Kept(cursor, kind))


class _Kept:
    def __init__(self, cursor: CursorWrapper, kind: str) -> None:
        self._cursor = cursor
        self._suffix = f"__{kind}"
        cursor.execute(_THERE)
        self._there = frozenset(name for (name,) in cursor.fetchall())
        self._before = self._there
        self._ours: frozenset[str] = frozenset()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cursor, name)

    def execute(self, statement: str, params: Params = None) -> None:
        self._ours |= _made_by(statement)
        parts = _rewritten(statement, self._suffix, self._ours, self._there, self._before)
        self._there |= {name + self._suffix for name in self._ours}
        if not isinstance(params, Mapping | None):  # which part takes how many is not known
            parts = (";".join(parts),)
        for are_planned, some in groupby(parts, key=_is_planned):
            if are_planned:
                for part in some:
                    prepared.run(self._cursor, part, ())
            else:
                self._run("; ".join(some), params)

    def copy(self, statement: str) -> Any:
        return self._cursor.copy(_named(statement, self._suffix, self._ours))

    def _run(self, statements: str, params: Params) -> None:
        """Values have the types of where they stand only where they are written out."""
        self._cursor.execute(statements, params)
        while self._cursor.nextset():  # what one asks for is the result of the last
            pass


@lru_cache(maxsize=1000)
def _made_by(statement: str) -> frozenset[str]:
    return frozenset(_NEW.findall(statement))


@lru_cache(maxsize=2000)
def _rewritten(
    statement: str, suffix: str, ours: frozenset[str], there: frozenset[str], before: frozenset[str]
) -> tuple[str, ...]:
    """What to run instead; a statement about none of our tables stays as it is."""
    if ours.isdisjoint(_WORD.findall(statement)):
        return (statement,)
    parts = [part for part in _COMMENT.sub("", statement).split(";") if part.strip()]
    return tuple(made for part in parts for made in _made(_named(part, suffix, ours), there, before))


def _named(statement: str, suffix: str, ours: frozenset[str]) -> str:
    return _WORD.sub(lambda found: found[0] + suffix if found[0] in ours else found[0], statement)


def _made(part: str, there: frozenset[str], before: frozenset[str]) -> list[str]:
    """What stands for one statement, now that some tables are there."""
    if _DROP.fullmatch(part) or _ANALYSE.fullmatch(part):
        return []
    if found := _WIDEN.fullmatch(part):
        return [] if found[1] in before else [part]
    if found := _MAKE.fullmatch(part):
        return _filled(found[1], found[3]) if found[1] in there else [part.replace(_ENDS, _STAYS, 1)]
    return [part]


def _filled(name: str, rows: str | None) -> list[str]:
    empty, filled = f"DELETE FROM {name}", f"INSERT INTO {name} {rows}"  # noqa: S608 - statements of this code base
    if not rows:
        return [empty]
    return [empty, filled] if _is_planned(filled) else [f"{empty}; {filled}"]


def _is_planned(part: str) -> bool:
    return len(part) > DEAR and "%" not in part and not _NEW.match(part.lstrip())
