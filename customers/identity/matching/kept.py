"""The last look is kept in a file, so that the next compares only what has changed since.

A file for people and one for organizations, each of this database alone and derived from it: without one, or with one
that another version or another database wrote, all is compared from nothing. So it is once more than `MOST` of the
records have changed since it was learnt what agreements say; and always where there are few.
"""

import hashlib
import json
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Final

import duckdb
import splink
from django.conf import settings
from django.db import connection
from django.utils import timezone

from customers.identity.matching import leftovers
from customers.identity.matching.finding import OF_ORGANIZATIONS, OF_PEOPLE, opened
from customers.identity.matching.looking import Found, Listener, Look
from customers.identity.matching.records import changed_customers, read_records
from customers.identity.matching.training import Learnt
from customers.models import Customer

FROM: Final = 50_000
"""Of so many customers a look is kept; fewer are compared in seconds."""
MOST: Final = 0.05
MARGIN: Final = timedelta(minutes=10)
"""What was written so long before a look began may not have been seen by it."""
SORTS: Final = {Customer.Kind.PERSON: OF_PEOPLE, Customer.Kind.ORGANIZATION: OF_ORGANIZATIONS}
_MERGES_MARGIN: Final = 10_000

_NOW: Final = """
SELECT now(), coalesce((SELECT max(id) FROM customers_merge), 0),
  coalesce((SELECT max(id) FROM customers_sourcerecord), 0),
  (SELECT system_identifier::text FROM pg_control_system()) || '.' || (SELECT timeline_id FROM pg_control_checkpoint())
  || '.' || (SELECT oid FROM pg_database WHERE datname = current_database())
"""


@dataclass(frozen=True, kw_only=True)
class Seen:
    """`customers`: whom the pairs are about; None: all."""

    pairs: Found
    customers: AbstractSet[int] | None


@dataclass(frozen=True, kw_only=True)
class _Moment:
    """Of the database, before a look reads it."""

    now: datetime
    merge: int
    record: int
    database: str


@dataclass(kw_only=True)
class _Said:
    """What a file says of itself; `of`: how many records there were when it was learnt, `since`: how many changed."""

    version: str
    database: str
    record: int
    now: str
    merge: int
    known: list[str]
    prior: float
    weights: dict[str, dict[str, tuple[float, float]]]
    more: float
    of: int
    since: int = 0


def look(kind: Customer.Kind, *, least: float, listener: Listener, only_changed: bool = False) -> Seen:
    """Pairs of records of that kind, as `Look.found` says; with `only_changed` those that hang together with what has
    changed since the last look, where that was kept.
    """
    moment = _moment()
    path = _path(kind)
    kept = _kept(path, moment)
    if kept is not None:
        since = datetime.fromisoformat(kept.now) - MARGIN
        changed = changed_customers(since=since, merge=kept.merge - _MERGES_MARGIN)
        if kept.since + len(changed) <= MOST * kept.of:
            return _followed(path, kind, kept, moment, changed, least, listener, only_changed=only_changed)
    _remove(path)
    return _anew(path, kind, moment, least, listener)


def _anew(path: Path, kind: Customer.Kind, moment: _Moment, least: float, listener: Listener) -> Seen:
    is_kept = Customer.objects.filter(kind=kind)[:FROM].count() == FROM
    with _made(path) if is_kept else opened(None) as duck:
        look = Look(duck=duck, sort=SORTS[kind], listener=listener)
        count = look.learn(read_records(kind))
        if is_kept and look.learnt is not None and look.known is not None:
            _say(duck, _Said(
                version=_version(), database=moment.database, record=moment.record, now=moment.now.isoformat(),
                merge=moment.merge, known=look.known, prior=look.learnt.prior, weights=look.learnt.weights,
                more=look.more, of=count,
            ))  # fmt: skip
        return Seen(pairs=look.found(least=least), customers=None)


@contextmanager
def _made(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A file that is there when it is whole."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    new = _new(path)
    _remove(new)
    try:
        with opened(new) as duck:
            yield duck
        new.chmod(0o600)
        new.replace(path)
    finally:
        _remove(new)


def _followed(
    path: Path, kind: Customer.Kind, kept: _Said, moment: _Moment, changed: AbstractSet[int], least: float,
    listener: Listener, *, only_changed: bool,
) -> Seen:  # fmt: skip
    """In one transaction of the file: it is as it was, or has followed."""
    with opened(path) as duck:
        look = Look(
            duck=duck, sort=SORTS[kind], listener=listener, known=kept.known, more=kept.more,
            learnt=Learnt(prior=kept.prior, weights=kept.weights),
        )  # fmt: skip
        duck.begin()
        look.follow(changed, read_records(kind, customers=changed))
        kept.since += len(changed)
        kept.now, kept.merge, kept.record = moment.now.isoformat(), moment.merge, moment.record
        _say(duck, kept)
        duck.commit()
        pairs = look.found(least=least, only_changed=only_changed)
        return Seen(pairs=pairs, customers=look.near() | changed if only_changed else None)


def _say(duck: duckdb.DuckDBPyConnection, said: _Said) -> None:
    duck.execute("CREATE OR REPLACE TABLE said AS SELECT $said AS said", {"said": json.dumps(asdict(said))})


def _kept(path: Path, moment: _Moment) -> _Said | None:
    """None where there is none that this version wrote of this database, whose records are all from before now."""
    if not path.exists():
        return None
    try:
        with opened(path) as duck:
            ((text,),) = duck.execute("SELECT said FROM said").fetchall()
        said = _Said(**json.loads(text))
    except (duckdb.Error, ValueError, TypeError):
        return None
    is_ours = (said.version, said.database) == (_version(), moment.database)
    return said if is_ours and said.record <= moment.record else None


def _moment() -> _Moment:
    with connection.cursor() as cursor:
        cursor.execute(_NOW)
        now, merge, record, database = cursor.fetchone()
    return _Moment(now=now, merge=merge, record=record, database=database)


def _path(kind: Customer.Kind) -> Path:
    name = hashlib.sha256(str(connection.settings_dict["NAME"]).encode()).hexdigest()[:16]
    return Path(settings.VAR_DIR) / "matching" / f"{name}-{kind.value}.duckdb"


def _new(path: Path) -> Path:
    return path.with_suffix(".new")


def _remove(path: Path) -> None:
    for one in (path, Path(f"{path}.wal")):
        one.unlink(missing_ok=True)


@cache
def _version() -> str:
    """Of this code and what it stands on."""
    digest = hashlib.sha256(f"{duckdb.__version__} {splink.__version__}".encode())
    for file in [*sorted(Path(__file__).parent.glob("*.py")), Path(__file__).parent.parent / "normalising.py"]:
        digest.update(file.read_bytes())
    return digest.hexdigest()


def forget(kind: Customer.Kind) -> None:
    """The next look compares all from nothing; nor is anything left of one that was killed. Under `locks.MATCHING`."""
    path = _path(kind)
    _remove(path)
    _remove(_new(path))
    leftovers.clear(now=timezone.now())
