"""Of rows of which a customer can have one only, one stands; the others wait in their merges until it goes.

The customer's own stands before those of whom they absorbed, among these the smallest number: so it is no matter in
which order they came. A whole row that waits is taken out of its table (`unique`); of a row that stays, the column
that is true once is false meanwhile (`once`).
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from django.db.backends.utils import CursorWrapper

from customers.identity.merging.keeping import put_back
from customers.registry.movable import MovableRelation

# Whose rows they are: `own` is told by who has no entry and stands at the customer, or whose entry is that of the merge
# that is being undone.
_RIVALS: Final = """
SELECT row_id, stands FROM (
  SELECT row_id, stands, row_number() OVER (PARTITION BY {key} ORDER BY own DESC, row_id) = 1 AS wins FROM (
    SELECT t.id AS row_id, {mine}, true AS stands,
           coalesce(e.merge_id = %(undone)s, e.id IS NULL AND t.{column} = %(customer)s) AS own
    FROM {table} t LEFT JOIN customers_mergedrow e ON e.relation = %(relation)s AND e.row_id = t.id
    WHERE t.{column} = ANY(%(at)s)
    UNION ALL
    SELECT e.row_id, {kept}, false, coalesce(e.merge_id = %(undone)s, false)
    FROM customers_mergedrow e CROSS JOIN LATERAL jsonb_populate_record(NULL::{table}, e.kept) k
    WHERE e.merge_id = ANY(%(merges)s) AND e.relation = %(relation)s AND e.is_aside
  ) r
) ranked WHERE stands <> wins
"""
_STEP_ASIDE: Final = """
INSERT INTO customers_mergedrow (merge_id, relation, row_id, kept, is_aside)
SELECT %(merge)s, %(relation)s, t.id, to_jsonb(t), true
FROM {table} t WHERE t.id = ANY(%(rows)s)
ON CONFLICT (relation, row_id) DO UPDATE SET kept = excluded.kept, is_aside = true;
DELETE FROM {table} t WHERE t.id = ANY(%(rows)s)
"""
_WAITING: Final = """
SELECT e.kept AS said FROM customers_mergedrow e WHERE e.relation = %(relation)s AND e.row_id = ANY(%(rows)s)
"""
_STANDS: Final = """
UPDATE customers_mergedrow SET kept = NULL, is_aside = false
WHERE relation = %(relation)s AND row_id = ANY(%(rows)s)
"""
_ONCE: Final = """
SELECT t.id, true AS stands, coalesce(e.merge_id = %(undone)s, e.id IS NULL AND t.{column} = %(customer)s) AS own
FROM {table} t LEFT JOIN customers_mergedrow e ON e.relation = %(relation)s AND e.row_id = t.id
WHERE t.{column} = ANY(%(at)s) AND t.{name}
UNION ALL
SELECT t.id, false, coalesce(e.merge_id = %(undone)s, false)
FROM customers_mergedrow e JOIN {table} t ON t.id = e.row_id AND t.{column} = ANY(%(at)s)
WHERE e.merge_id = ANY(%(merges)s) AND e.relation = %(relation)s AND e.kept ? %(name)s
ORDER BY own DESC, id
"""
_YIELDS: Final = """
UPDATE {table} SET {name} = false WHERE id = ANY(%(rows)s);
INSERT INTO customers_mergedrow AS e (merge_id, relation, row_id, kept)
SELECT %(merge)s, %(relation)s, unnest(%(rows)s::bigint[]), jsonb_build_object(%(name)s::text, true)
ON CONFLICT (relation, row_id) DO UPDATE SET kept = coalesce(e.kept, '{{}}') || excluded.kept
"""
_HAS_IT: Final = """
UPDATE {table} SET {name} = true WHERE id = %(row)s;
UPDATE customers_mergedrow SET kept = nullif(kept - %(name)s, '{{}}') WHERE relation = %(relation)s AND row_id = %(row)s
"""


class Rivals:
    """Of one relation, at one customer: those with `at` now, and those that wait in `merges`.

    `merge`: whose the rows are that have no entry and step aside. `undone`: rows of that merge are the customer's own.
    """

    def __init__(
        self, cursor: CursorWrapper, relation: MovableRelation, *, customer: int, at: Iterable[int],
        merges: Iterable[int], merge: int | None = None, undone: int | None = None,
    ) -> None:  # fmt: skip
        self.cursor, self.relation = cursor, relation
        self.values: dict[str, Any] = {
            "relation": relation.table, "customer": customer, "at": list(at), "merges": list(merges), "merge": merge,
            "undone": undone,
        }  # fmt: skip
        self.coming: list[int] = []
        self.first: dict[str, int] = {}

    def step_aside(self) -> None:
        """Those that may not stand no longer do; before rows come to the customer."""
        if self.relation.unique:
            self._run(_RIVALS, names=self._names())
            found = self.cursor.fetchall()
            self.coming = [row for row, stands in found if not stands]
            losers = [row for row, stands in found if stands]
            if losers:
                self._run(_STEP_ASIDE, asked={"rows": losers})
        for name in self.relation.once:
            self._run(_ONCE, names={"name": name}, asked={"name": name})
            found = self.cursor.fetchall()
            if found:
                self.first[name] = found[0][0]
                losers = [pk for pk, stands, _own in found[1:] if stands]
                if losers:
                    self._run(_YIELDS, names={"name": name}, asked={"name": name, "rows": losers})

    def stand(self) -> None:
        """Those that may stand now do; after rows have come."""
        if self.coming:
            put_back(
                self.cursor, table=self.relation.table, said=_WAITING, params={**self.values, "rows": self.coming},
                values={self.relation.column: "%(customer)s"},
            )  # fmt: skip
            self._run(_STANDS, asked={"rows": self.coming})
        for name, row in self.first.items():
            self._run(_HAS_IT, names={"name": name}, asked={"name": name, "row": row})

    def _names(self) -> dict[str, str]:
        unique = self.relation.unique
        mine, kept = (", ".join(f"{row}.{name}" for name in unique) for row in ("t", "k"))
        return {"key": ", ".join(unique), "mine": mine, "kept": kept}

    def _run(
        self, text: str, *, names: Mapping[str, str] | None = None, asked: Mapping[str, Any] | None = None
    ) -> None:
        statement = text.format(table=self.relation.table, column=self.relation.column, **(names or {}))
        self.cursor.execute(statement, {**self.values, **(asked or {})})
