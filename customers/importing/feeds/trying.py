"""A feed tried: its next file fetched, its first rows through the mapping, nothing written of it.

Somebody waits for it, so it has a deadline and bounds of its own, and few are tried at once.
"""

import re
import secrets as chance
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from threading import BoundedSemaphore
from typing import Final

from django.conf import settings
from django.utils.translation import gettext as _

from crm.common.errors import DomainError
from customers.importing import mapping as mappings
from customers.importing import previewing
from customers.importing.converting import Converter
from customers.importing.feeds import fetching, folders, looking
from customers.importing.feeds import mapping as mapping_of
from customers.importing.feeds.keeping import Kept
from customers.importing.mapping import Cell
from customers.importing.previewing import Preview
from customers.importing.registry import ImportSpec, Invalid, get_spec
from customers.models import Feed, ImportBatch

AT_ONCE: Final = 2
WAIT_S: Final = 1
WHOLE_S: Final = 20.0
MOST_BYTES: Final = 64 * 1024**2
ROWS: Final = 10
_OF_A_ROW: Final = re.compile(r"@|\d{5}")  # a first line with such cells is no header, and is not kept
_places = BoundedSemaphore(AT_ONCE)


class NothingThere(DomainError):
    """The folder holds no file that fits."""


@dataclass(frozen=True, kw_only=True)
class Tried:
    """A row as it would go in; with `faults` it would not, and `values` are as the file has them."""

    number: int
    values: Sequence[str]
    faults: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class Trial:
    """`problem`: why the file's columns cannot be mapped; the rows then are as they stand in it."""

    name: str
    preview: Preview
    columns: Sequence[str]
    rows: Sequence[Tried]
    problem: str = ""


def try_feed(*, feed: Feed) -> Trial:
    """Raises the `DomainError` that a look would show, or one of its own bounds."""
    if not _places.acquire(timeout=WAIT_S):
        raise previewing.TooBusy(_("Other files are being looked at; try again in a few seconds."))
    try:
        with _fetched(feed) as (name, kept):
            return _tried(feed, name, kept)
    finally:
        _places.release()


@contextmanager
def _fetched(feed: Feed) -> Iterator[tuple[str, Kept]]:
    name, kept = _from_folder(feed) if feed.place == Feed.Place.FOLDER else _from_address(feed)
    try:
        yield name, kept
    finally:
        kept.path.unlink(missing_ok=True)


def _from_folder(feed: Feed) -> tuple[str, Kept]:
    """The newest: people look at what they have just put there."""
    with folders.opened(feed) as folder:
        found = folders.files(folder, feed.pattern)
        if not found:
            raise NothingThere(_("There is no file in the folder whose name fits."))
        try:
            return found[-1].name, folders.copy(folder, found[-1], into=_place(), most=MOST_BYTES)
        except folders.StillWritten as error:
            raise NothingThere(_("The file is being written just now. Try again.")) from error


def _from_address(feed: Feed) -> tuple[str, Kept]:
    asked = replace(looking.asked_of(feed, anew=True), whole_s=WHOLE_S, most=MOST_BYTES, into=_place())
    fetched = fetching.fetch(asked)
    assert fetched is not None  # nothing was said of what there was before
    return fetched.name, fetched.kept


def _place() -> Path:
    """What a killed process leaves there is deleted as interrupted uploads are."""
    return Path(settings.FILE_UPLOAD_TEMP_DIR) / f"{chance.token_hex(16)}.upload"


def _tried(feed: Feed, name: str, kept: Kept) -> Trial:
    raw = mapping_of.of_feed(feed)
    spec = get_spec(feed.kind)
    batch = ImportBatch(system=feed.system, kind=feed.kind, path=str(kept.path), filename=name, mapping=raw)
    preview = previewing.look(batch=batch, rows=ROWS)
    if not spec.read and not any(_OF_A_ROW.search(header) for header in preview.headers):
        Feed.objects.filter(pk=feed.pk).update(headers=preview.headers)
    as_it_stands = [Tried(number=at, values=row, faults=()) for at, row in enumerate(preview.rows, 1)]
    if spec.read:
        return Trial(name=name, preview=preview, columns=preview.headers, rows=as_it_stands)
    try:
        mapped = mappings.resolve(raw, spec=spec, headers=preview.headers)
    except mappings.MappingError as error:
        return Trial(name=name, preview=preview, columns=preview.headers, rows=as_it_stands, problem=str(error))
    converter = Converter(spec, mapped, preview.headers, None)
    shown = [name for name in spec.names if name in mapped.columns]
    cells = [mapped.columns[name].cell(preview.headers) for name in shown]
    rows = [_convert(converter, spec, shown, cells, at, row) for at, row in enumerate(preview.rows, 1)]
    return Trial(name=name, preview=preview, columns=shown, rows=rows)


def _convert(
    converter: Converter, spec: ImportSpec, shown: Sequence[str], cells: Sequence[Cell], at: int, row: Sequence[str]
) -> Tried:
    try:
        staged = converter.convert(at, row)
    except Invalid as error:
        faults = converter.faults(row) if error.column else [error]
        values = [cell(row) for cell in cells] if error.column else row
        return Tried(number=at, values=values, faults=[_fault(one) for one in faults or [error]])
    found = dict(zip(spec.names, staged[-len(spec.names) :], strict=True))
    return Tried(number=at, values=[str(found[name] or "") for name in shown], faults=())


def _fault(error: Invalid) -> str:
    return f"{error.column}: {error}" if error.column else str(error)
