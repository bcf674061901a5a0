"""From records to the pairs of them that are, or may be, one customer."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import duckdb

from customers.identity.matching import values
from customers.identity.matching.looking import DEAF, Found, Listener, Look, Sort
from customers.identity.matching.organizations import ORGANIZATIONS
from customers.identity.matching.people import PEOPLE
from customers.identity.matching.values import Record

LEAST: Final = 0.5
MEMORY: Final = "3GB"
ASIDE: Final = "crm-match-"
OF_PEOPLE: Final = Sort(model=PEOPLE, columns=values.person)
OF_ORGANIZATIONS: Final = Sort(model=ORGANIZATIONS, columns=values.organization)


def find_people(records: Iterable[Record], *, least: float = LEAST, listener: Listener = DEAF) -> Found:
    """(left, right, score) of pairs of people's records, each once, left < right; 1 where they are one already."""
    return _find(records, OF_PEOPLE, least, listener)


def find_organizations(records: Iterable[Record], *, least: float = LEAST, listener: Listener = DEAF) -> Found:
    """The same of organizations."""
    return _find(records, OF_ORGANIZATIONS, least, listener)


def _find(records: Iterable[Record], sort: Sort, least: float, listener: Listener) -> Found:
    with opened(None) as duck:
        look = Look(duck=duck, sort=sort, listener=listener)
        look.learn(records)
        return look.found(least=least)


@contextmanager
def opened(path: Path | None) -> Iterator[duckdb.DuckDBPyConnection]:
    """The database in that file, or one in memory; what does not fit into the memory is put aside meanwhile."""
    with (
        TemporaryDirectory(prefix=ASIDE) as aside,
        duckdb.connect(path or ":memory:", config={"memory_limit": MEMORY, "temp_directory": aside}) as duck,
    ):
        yield duck
