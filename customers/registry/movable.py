"""What belongs to a customer, and how it comes along when the customer turns out to be another."""

from dataclasses import dataclass
from typing import Final

from django.db.backends.utils import CursorWrapper


@dataclass(frozen=True, kw_only=True)
class MovableRelation:
    """A table with a column that holds a customer's id.

    `kind`: what people call the rows; empty where nobody counts them. `unique`: the other columns of a unique
    constraint with it; what the receiver has already is not doubled, the giver's row goes. `moves` False: it stays and
    goes with the giver, because it begins anew (tiers) or is history, which nobody rewrites; `is_derived`: because it
    is worked out again (issues). `once`: columns that are true of one row a customer; where the receiver has that one,
    the giver's is no longer.

    Of a merge that is undone: `follows`: (column, table) of rows it is a part of and goes with; the first that is not
    null. `by_value`: (flag, value): where the flag is true it is whose number or address the value is. `belongs`:
    (column, table) of the row whose customer it gets where a file names none for it. `after`: tables that go first.
    `numbered`: the column with the number that the row's own record has in its source, where there is one.
    """

    table: str
    column: str = "customer_id"
    kind: str = ""
    unique: tuple[str, ...] = ()
    moves: bool = True
    is_derived: bool = False
    once: tuple[str, ...] = ()
    follows: tuple[tuple[str, str], ...] = ()
    by_value: tuple[str, str] | None = None
    belongs: tuple[str, str] | None = None
    after: tuple[str, ...] = ()
    numbered: str = ""


_relations: Final[dict[tuple[str, str], MovableRelation]] = {}


def register_movable(relation: MovableRelation) -> None:
    _relations[relation.table, relation.column] = relation


def movable_relations() -> list[MovableRelation]:
    return [_relations[key] for key in sorted(_relations)]


def relations_in_order() -> list[MovableRelation]:
    """As above, whatever others go with or after before these."""
    waiting, ordered = movable_relations(), list[MovableRelation]()
    while waiting:
        tables = {one.table for one in waiting}
        ready = [one for one in waiting if tables.isdisjoint([*one.after, *(table for _name, table in one.follows)])]
        ordered += ready
        waiting = [one for one in waiting if one not in ready]
    return ordered


def find_relation(table: str) -> MovableRelation | None:
    return next((one for one in movable_relations() if one.table == table), None)


def move_all(cursor: CursorWrapper, *, old: int, new: int) -> dict[str, int]:
    """Give what is `old`'s to `new`; returns how many rows of each table moved. One index scan a table."""
    moved: dict[str, int] = {}
    for relation in movable_relations():
        if relation.moves:
            for name in relation.once:
                cursor.execute(_yield(relation, name), {"old": old, "new": new})
            cursor.execute(_statement(relation), {"old": old, "new": new})
            moved[relation.table] = moved.get(relation.table, 0) + int(cursor.rowcount)
    return moved


def _yield(relation: MovableRelation, name: str) -> str:
    return (
        f"UPDATE {relation.table} t SET {name} = false WHERE t.{relation.column} = %(old)s AND t.{name}"  # noqa: S608
        f" AND EXISTS (SELECT FROM {relation.table} x WHERE x.{relation.column} = %(new)s AND x.{name})"
    )


def _statement(relation: MovableRelation) -> str:
    """The names are those of registered relations."""
    unless = ""
    if relation.unique:
        mine, theirs = (", ".join(f"{row}.{name}" for name in relation.unique) for row in ("t", "x"))
        unless = (
            f" AND NOT EXISTS (SELECT FROM {relation.table} x WHERE x.{relation.column} = %(new)s"  # noqa: S608
            f" AND ({theirs}) IS NOT DISTINCT FROM ({mine}))"
        )
    return f"UPDATE {relation.table} t SET {relation.column} = %(new)s WHERE t.{relation.column} = %(old)s{unless}"  # noqa: S608
