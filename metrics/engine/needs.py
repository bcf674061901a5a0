"""What the engine needs in the database beside its tables: triggers that mark changes, and indexes that find facts."""

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import Final

EVENTS: Final = ("insert", "update", "delete", "truncate")
SIGN: Final = "crm.metrics"  # comments begin with it: what they stand on is ours to replace and to remove


@dataclass(frozen=True, kw_only=True)
class Marking:
    """Statement triggers on one table; each text is the statement that one of them runs.

    It sees `new_rows` and `old_rows`, the rows as they are and as they were. `key` names triggers and functions.
    """

    key: str
    table: str
    insert: str
    update: str
    delete: str
    truncate: str

    @cached_property
    def digest(self) -> str:
        return _digest(self.table, *self.statements.values())

    @cached_property
    def statements(self) -> dict[str, str]:
        """Event → statement."""
        return {event: getattr(self, event) for event in EVENTS}

    def name(self, event: str) -> str:
        return f"{self.key}_mark_{event}"


@dataclass(frozen=True, kw_only=True)
class Index:
    """`columns`: everything after the table's name."""

    name: str
    table: str
    columns: str

    @cached_property
    def digest(self) -> str:
        return _digest(self.table, self.columns)


@dataclass(frozen=True, kw_only=True)
class Needs:
    markings: tuple[Marking, ...] = ()
    indexes: tuple[Index, ...] = ()


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
