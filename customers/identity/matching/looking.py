"""A look for duplicates among the records of one kind: tables of DuckDB that can be kept, and follow what changes.

`record`: what is compared of each. `owner`: (id, customer). `record_key`, `rarity_…`: see `blocking`, `scoring`.
`pair`: (left_id, right_id, weight) of all that were compared. `changed`: records that came with the last change.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

import duckdb
import pyarrow as pa

from customers.identity.matching import blocking, scoring
from customers.identity.matching.comparing import Comparison, Model
from customers.identity.matching.grouping import Scored, best_of_two, grouped, pairs_of
from customers.identity.matching.training import Learnt, known_columns, learnt
from customers.identity.matching.values import Record, Value
from customers.identity.matching.weighing import Weighed, weighed

BLOCK: Final = 50_000
_TYPES: Final = {"id": pa.int64(), "tokens": pa.list_(pa.string()), "forms": pa.list_(pa.string())}
_OWNER: Final = pa.schema([("id", pa.int64()), ("customer", pa.int64())])
_IDS: Final = pa.schema([("id", pa.int64())])
Found = list[Scored]

_IN_ORDER: Final = """
CREATE TABLE ordered AS SELECT * FROM record ORDER BY id;
DROP TABLE record;
ALTER TABLE ordered RENAME TO record
"""
_FORGET: Final = """
CREATE OR REPLACE TABLE gone AS SELECT id FROM owner WHERE customer IN (SELECT id FROM of_customers);
DELETE FROM pair WHERE left_id IN (SELECT id FROM gone) OR right_id IN (SELECT id FROM gone);
DELETE FROM record_key WHERE id IN (SELECT id FROM gone);
DELETE FROM record WHERE id IN (SELECT id FROM gone);
DELETE FROM owner WHERE id IN (SELECT id FROM gone);
DROP TABLE gone
"""
_CHANGED: Final = (
    "CREATE OR REPLACE TABLE changed AS SELECT id FROM owner WHERE customer IN (SELECT id FROM of_customers)"
)
# Whoever hangs together with the changed: by pairs that may be one, and by records that are one.
_BEGIN: Final = "CREATE OR REPLACE TABLE near AS SELECT id FROM changed"
_SPREAD: Final = """
INSERT INTO near SELECT id FROM (
  SELECT right_id AS id FROM scored SEMI JOIN near ON near.id = left_id WHERE score >= $least
  UNION SELECT left_id FROM scored SEMI JOIN near ON near.id = right_id WHERE score >= $least
  UNION SELECT id FROM owner WHERE customer IN (SELECT customer FROM owner SEMI JOIN near USING (id))
) one ANTI JOIN near USING (id)
"""
_OWNERS: Final = "SELECT list(id ORDER BY id) FROM owner {which} GROUP BY customer HAVING count(*) > 1 ORDER BY min(id)"
# Only records that some pair may join are grouped, with whatever else was compared among them.
_POSSIBLE: Final = """
WITH likely AS (SELECT * FROM scored {which} WHERE score >= $least),
held AS (SELECT left_id AS id FROM likely UNION SELECT right_id FROM likely)
SELECT left_id, right_id, score FROM scored
SEMI JOIN held l ON l.id = left_id SEMI JOIN held r ON r.id = right_id
"""


class Listener:
    """Who hears how far the search is, and what spoke for and against pairs of customers; this one is deaf."""

    wants_evidence = False

    def reached(self, stage: str, count: int) -> None:
        """`stage`: "read" (records), "compared" (pairs), "weighed" (pairs of customers)."""

    def weighed(self, pairs: Iterable[Weighed], owners: Mapping[int, int]) -> None:
        """The most probable pair of records of each two customers; whose each is."""


DEAF: Final = Listener()


@dataclass(frozen=True, kw_only=True)
class Sort:
    """People, or organizations: what is compared of them, and the columns of a record."""

    model: Model
    columns: Callable[[Record], list[Value]]


@dataclass(kw_only=True)
class Look:
    """`known`: columns that say something; `learnt`: how much; `more`: see `scoring.shift`. All as they were learnt."""

    duck: duckdb.DuckDBPyConnection
    sort: Sort
    listener: Listener = DEAF
    known: list[str] | None = None
    learnt: Learnt | None = None
    more: float = 0.0

    def learn(self, records: Iterable[Record]) -> int:
        """From nothing; returns how many records."""
        self._make()
        count = self._give(records)
        self.duck.execute(_IN_ORDER)
        self.listener.reached("read", count)
        self.known = known_columns(self.duck, self.sort.model)
        blocking.make_keys(self.duck, self.sort.model, self.known)
        if count > 1:
            self.learnt = learnt(self.duck, self.sort.model, self.known)
            scoring.count_rarities(self.duck, self.comparisons)
            blocking.block(self.duck)
            scoring.compare(self.duck, self.comparisons, self.learnt)
            self.more = scoring.shift(self.duck, self.learnt, records=count)
        self._compared()
        return count

    def follow(self, customers: Collection[int], records: Iterable[Record]) -> int:
        """Let these customers' records be those; all else, and what was learnt, stays."""
        if self.learnt is None or self.known is None:
            raise ValueError("nothing was learnt")
        self.duck.register("of_customers", _of_ids(customers))
        self.duck.execute(_FORGET)
        count = self._give(records)
        self.duck.execute(_CHANGED)
        self.duck.unregister("of_customers")
        self.listener.reached("read", count)
        blocking.make_keys(self.duck, self.sort.model, self.known, only_changed=True)
        blocking.block(self.duck, only_changed=True)
        scoring.compare(self.duck, self.comparisons, self.learnt)
        self._compared()
        return count

    def found(self, *, least: float, only_changed: bool = False) -> Found:
        """(left, right, score) of pairs, each once, left < right; 1 where they are one already.

        With `only_changed` those that hang together with a record that changed.
        """
        which, among = "", ""
        if only_changed:
            self._spread(least)
            which = "SEMI JOIN near USING (id)"
            among = "SEMI JOIN near ON near.id = left_id"
        one = [ids for (ids,) in self.duck.execute(_OWNERS.format(which=which)).fetchall()]
        possible = self.duck.execute(_POSSIBLE.format(which=among), {"least": least}).fetchall()
        found = list(grouped(possible, pairs_of(one), least=least))
        if self.listener.wants_evidence and self.learnt is not None:
            whose = self.owners({record for pair in found for record in pair[:2]})
            best = best_of_two(found, possible, whose)
            self.listener.weighed(weighed(self.duck, self.sort.model, self.comparisons, best), whose)
            self.listener.reached("weighed", len(best))
        return found

    @property
    def comparisons(self) -> list[Comparison]:
        return scoring.told(self.sort.model, self.learnt) if self.learnt else []

    def owners(self, records: Collection[int]) -> dict[int, int]:
        """Record → customer."""
        self.duck.register("of_records", _of_ids(records))
        found = self.duck.execute("SELECT id, customer FROM owner SEMI JOIN of_records USING (id)").fetchall()
        self.duck.unregister("of_records")
        return dict(found)

    def near(self) -> set[int]:
        """Customers of the records that the last `found` with `only_changed` looked at."""
        return {one for (one,) in self.duck.execute("SELECT customer FROM owner SEMI JOIN near USING (id)").fetchall()}

    def _make(self) -> None:
        for table, schema in (("record", self._schema()), ("owner", _OWNER)):
            self.duck.register("block", schema.empty_table())
            self.duck.execute(f"CREATE TABLE {table} AS SELECT * FROM block")  # noqa: S608 - constants
        self.duck.unregister("block")
        self.duck.execute("CREATE TABLE pair (left_id BIGINT, right_id BIGINT, weight DOUBLE)")

    def _schema(self) -> pa.Schema:
        return pa.schema([(name, _TYPES.get(name, pa.string())) for name in self.sort.model.columns])

    def _give(self, records: Iterable[Record]) -> int:
        count, reading, schema = 0, iter(records), self._schema()
        while block := list(islice(reading, BLOCK)):
            rows = zip(*map(self.sort.columns, block), strict=True)
            self._insert("record", [pa.array(row, each.type) for row, each in zip(rows, schema, strict=True)], schema)
            self._insert("owner", [pa.array(values) for values in _owners(block)], _OWNER)
            count += len(block)
        return count

    def _insert(self, table: str, columns: Sequence[pa.Array], schema: pa.Schema) -> None:
        self.duck.register("block", pa.table(columns, schema=schema))
        self.duck.execute(f"INSERT INTO {table} SELECT * FROM block")  # noqa: S608 - a constant
        self.duck.unregister("block")

    def _compared(self) -> None:
        scoring.score(self.duck, self.more)
        self.listener.reached("compared", int(self.duck.execute("SELECT count(*) FROM pair").fetchall()[0][0]))

    def _spread(self, least: float) -> None:
        self.duck.execute(_BEGIN)
        before = -1
        while before != (now := int(self.duck.execute("SELECT count(*) FROM near").fetchall()[0][0])):
            before = now
            self.duck.execute(_SPREAD, {"least": least})


def _owners(block: Iterable[Record]) -> Iterator[list[int]]:
    yield [record.id for record in block]
    yield [record.customer for record in block]


def _of_ids(ids: Iterable[int]) -> pa.Table:
    return pa.table([pa.array(sorted(ids), pa.int64())], schema=_IDS)
