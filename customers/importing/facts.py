"""Writes the facts of single-row kinds from `imp_keys`: one INSERT for the new, one UPDATE for the changed."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db.backends.utils import CursorWrapper


@dataclass(frozen=True)
class Facts:
    """A table and the SQL expression of each of its columns over `k` (imp_keys) and `joins`.

    Called as a `write` step. `once`: columns set when the row is made and left alone afterwards. `kept`: a column that
    names those which an update leaves as they are, because a person set them.
    """

    table: str
    values: Mapping[str, str]
    joins: str = ""
    once: Mapping[str, str] = field(default_factory=dict)
    kept: str = ""

    def __call__(self, cursor: CursorWrapper) -> None:
        cursor.execute(self.insert())
        cursor.execute(self.update())

    def insert(self) -> str:
        columns = ", ".join(f'"{name}"' for name in (*self.values, *self.once))
        values = ", ".join((*self.values.values(), *self.once.values()))
        return (  # names and expressions of this code base
            f"INSERT INTO {self.table} (id, {columns}) SELECT k._object, {values} FROM imp_keys k {self.joins}"  # noqa: S608
            " WHERE k._action = 'created' AND k._old_object IS NULL"
        )

    def update(self) -> str:
        columns = ", ".join(f'"{name}"' for name in self.values)
        values = ", ".join(f'{value} AS "{name}"' for name, value in self.values.items())
        new = ", ".join(self._new(name) for name in self.values)
        return (
            f"UPDATE {self.table} t SET ({columns}) = ROW ({new}) FROM"  # noqa: S608
            f" (SELECT k._object, {values} FROM imp_keys k {self.joins} WHERE k._action = 'updated'"
            " OR (k._action = 'created' AND k._old_object IS NOT NULL)) v"
            " WHERE t.id = v._object"
        )

    def _new(self, name: str) -> str:
        """Of the row `t` as it is when it is locked: what somebody sets meanwhile stays, too."""
        return (
            f"""CASE WHEN '{name}' = ANY(t.{self.kept}) THEN t."{name}" ELSE v."{name}" END"""
            if self.kept
            else f'v."{name}"'
        )
