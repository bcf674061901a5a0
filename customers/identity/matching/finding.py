"""From records to the pairs of them that are, or may be, one customer."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from tempfile import TemporaryDirectory
from typing import Final

import duckdb
import pyarrow as pa

from customers.identity.matching import values
from customers.identity.matching.blocking import make_keys
from customers.identity.matching.comparing import Model
from customers.identity.matching.grouping import best_of_two, by_customer, grouped, pairs_of
from customers.identity.matching.organizations import ORGANIZATIONS
from customers.identity.matching.people import PEOPLE
from customers.identity.matching.scoring import score, told
from customers.identity.matching.training import Learnt, known_columns, learnt
from customers.identity.matching.values import Record, Value
from customers.identity.matching.weighing import Weighed, weighed

BLOCK: Final = 50_000
LEAST: Final = 0.5
MEMORY: Final = "3GB"
_TYPES: Final = {"id": pa.int64(), "tokens": pa.list_(pa.string()), "forms": pa.list_(pa.string())}
Found = list[tuple[int, int, float]]


class Listener:
    """Who hears how far the search is, and what spoke for and against pairs of customers; this one is deaf."""

    wants_evidence = False

    def reached(self, stage: str, count: int) -> None:
        """`stage`: "read" (records), "compared" (pairs), "weighed" (pairs of customers)."""

    def weighed(self, pairs: Iterable[Weighed], owners: Mapping[int, int]) -> None:
        """The most probable pair of records of each two customers; whose each is."""


DEAF: Final = Listener()


def find_people(records: Iterable[Record], *, least: float = LEAST, listener: Listener = DEAF) -> Found:
    """(left, right, score) of pairs of people's records, each once, left < right; 1 where they are one already."""
    return _find(records, PEOPLE, values.person, least, listener)


def find_organizations(records: Iterable[Record], *, least: float = LEAST, listener: Listener = DEAF) -> Found:
    """The same of organizations."""
    return _find(records, ORGANIZATIONS, values.organization, least, listener)


def _find(
    records: Iterable[Record], model: Model, columns: Callable[[Record], list[Value]], least: float, listener: Listener
) -> Found:
    with (
        TemporaryDirectory(prefix="crm-match-") as spilt,
        duckdb.connect(config={"memory_limit": MEMORY, "temp_directory": spilt}) as duck,
    ):
        owners = _give(duck, records, model, columns)
        one = list(pairs_of(by_customer(owners)))
        if len(owners) < 2:
            return list(grouped([], one, least=least))
        listener.reached("read", len(owners))
        weights = _compare(duck, model, len(owners))
        listener.reached("compared", _count(duck))
        possible = _among_possible(duck, least)
        found = list(grouped(possible, one, least=least))
        if listener.wants_evidence:
            whose = dict(owners)
            best = best_of_two(found, possible, whose)
            listener.weighed(weighed(duck, model, told(model, weights), best), whose)
            listener.reached("weighed", len(best))
        return found


def _compare(duck: duckdb.DuckDBPyConnection, model: Model, records: int) -> Learnt:
    """Table `scored`."""
    known = known_columns(duck, model)
    make_keys(duck, model, known)
    weights = learnt(duck, model, known)
    score(duck, model, weights, records=records)
    return weights


def _count(duck: duckdb.DuckDBPyConnection) -> int:
    return int(duck.execute("SELECT count(*) FROM scored").fetchall()[0][0])


def _give(
    duck: duckdb.DuckDBPyConnection, records: Iterable[Record], model: Model, columns: Callable[[Record], list[Value]]
) -> list[tuple[int, int]]:
    """Table `given`; returns (record, customer) of each."""
    schema = pa.schema([(name, _TYPES.get(name, pa.string())) for name in model.columns])
    owners: list[tuple[int, int]] = []
    reading = iter(records)
    duck.register("block", schema.empty_table())
    duck.execute("CREATE TABLE given AS SELECT * FROM block")
    while block := list(islice(reading, BLOCK)):
        owners += [(record.id, record.customer) for record in block]
        read = [pa.array(column, field.type) for column, field in zip(_turned(block, columns), schema, strict=True)]
        duck.register("block", pa.table(read, schema=schema))
        duck.execute("INSERT INTO given SELECT * FROM block")
    duck.unregister("block")
    return owners


def _turned(block: Sequence[Record], columns: Callable[[Record], list[Value]]) -> Iterable[Sequence[Value]]:
    return zip(*map(columns, block), strict=True)


# Only records that some pair may join are grouped, with whatever else was compared among them.
_POSSIBLE: Final = """
WITH likely AS (SELECT * FROM scored WHERE score >= $least),
held AS (SELECT left_id AS id FROM likely UNION SELECT right_id FROM likely)
SELECT left_id, right_id, score FROM scored
SEMI JOIN held l ON l.id = left_id SEMI JOIN held r ON r.id = right_id
"""


def _among_possible(duck: duckdb.DuckDBPyConnection, least: float) -> Found:
    return duck.execute(_POSSIBLE, {"least": least}).fetchall()
