"""From records to the pairs of them that are, or may be, one customer."""

from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from tempfile import TemporaryDirectory
from typing import Final

import duckdb
import pyarrow as pa

from customers.identity.matching import values
from customers.identity.matching.blocking import make_keys
from customers.identity.matching.comparing import Model
from customers.identity.matching.grouping import by_customer, grouped, pairs_of
from customers.identity.matching.organizations import ORGANIZATIONS
from customers.identity.matching.people import PEOPLE
from customers.identity.matching.scoring import score
from customers.identity.matching.training import known_columns, learnt
from customers.identity.matching.values import Record, Value

BLOCK: Final = 50_000
LEAST: Final = 0.5
MEMORY: Final = "3GB"
_TYPES: Final = {"id": pa.int64(), "tokens": pa.list_(pa.string()), "forms": pa.list_(pa.string())}
Found = list[tuple[int, int, float]]


def find_people(records: Iterable[Record], *, least: float = LEAST) -> Found:
    """(left, right, score) of pairs of people's records, each once, left < right; 1 where they are one already."""
    return _find(records, PEOPLE, values.person, least)


def find_organizations(records: Iterable[Record], *, least: float = LEAST) -> Found:
    """The same of organizations."""
    return _find(records, ORGANIZATIONS, values.organization, least)


def _find(records: Iterable[Record], model: Model, columns: Callable[[Record], list[Value]], least: float) -> Found:
    with (
        TemporaryDirectory(prefix="crm-match-") as spilt,
        duckdb.connect(config={"memory_limit": MEMORY, "temp_directory": spilt}) as duck,
    ):
        owners = _give(duck, records, model, columns)
        one = list(pairs_of(by_customer(owners)))
        compared = _compared(duck, model, len(owners), least) if len(owners) > 1 else []
        return list(grouped(compared, one, least=least))


def _compared(duck: duckdb.DuckDBPyConnection, model: Model, records: int, least: float) -> Found:
    known = known_columns(duck, model)
    make_keys(duck, model, known)
    score(duck, model, learnt(duck, model, known), records=records)
    return _among_possible(duck, least)


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
