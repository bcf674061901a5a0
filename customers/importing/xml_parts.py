"""XML parts of a workbook as a stream of elements, in constant memory whatever the part holds.

A tree would grow with the part, so its elements go to a handler one by one. What makes a parser work for nothing is
refused: a DOCTYPE (and with it every entity), elements within elements without end, one element without end.
"""

import zipfile
import zlib
from collections.abc import Iterator
from typing import IO, Protocol
from xml.parsers import expat

from django.utils.translation import gettext as _

from customers.importing.opening import Unreadable

_BLOCK = 64 * 1024
_DEEPEST = 64
_LONGEST_TAG = 1024 * 1024
# What a broken archive or part raises while it is read.
_DAMAGES = (expat.ExpatError, LookupError, ValueError, OSError, EOFError, RuntimeError, zlib.error, zipfile.BadZipFile)


class Handler(Protocol):
    """Gets the elements of a part. Names come without their prefix."""

    def start(self, name: str, attributes: dict[str, str], /) -> None: ...
    def end(self, name: str, /) -> None: ...
    def text(self, text: str, /) -> None: ...


def damaged(error: object) -> Unreadable:
    return Unreadable(_("The workbook is damaged: %(error)s") % {"error": error})


def read(archive: zipfile.ZipFile, part: zipfile.ZipInfo, handler: Handler) -> None:
    """Give the whole part to `handler`; raises `Unreadable`."""
    for _block in stream(archive, part, handler):
        pass


def stream(archive: zipfile.ZipFile, part: zipfile.ZipInfo, handler: Handler) -> Iterator[None]:
    """Give the part to `handler`, stopping after each block; raises `Unreadable`."""
    parser = _parser(handler, part.filename)
    fed = 0
    try:
        with archive.open(part) as source:
            while block := _next(source):
                parser.Parse(block, False)
                fed += len(block)
                if fed - parser.CurrentByteIndex > _LONGEST_TAG:  # it would be looked through again at each block
                    raise Unreadable(_("The workbook's part %(part)s has an endless tag.") % {"part": part.filename})
                yield
            parser.Parse(b"", True)
    except _DAMAGES as error:
        raise damaged(error) from error
    yield


def _next(source: IO[bytes]) -> bytes:
    return source.read(_BLOCK)


def check_beginning(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """Raises `Unreadable` where the part has a DOCTYPE; that can only stand before the first element."""
    beginning = _Beginning()
    for _block in stream(archive, part, beginning):
        if beginning.over:
            return


class _Beginning:
    over = False

    def start(self, _name: str, _attributes: dict[str, str]) -> None:
        self.over = True

    def end(self, _name: str) -> None: ...
    def text(self, _text: str) -> None: ...


def _parser(handler: Handler, part: str) -> expat.XMLParserType:
    parser = expat.ParserCreate()
    parser.buffer_text = True
    depth = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > _DEEPEST:
            raise Unreadable(_("The workbook's part %(part)s is nested too deeply.") % {"part": part})
        handler.start(name if ":" not in name else name.rpartition(":")[2], attributes)

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        handler.end(name if ":" not in name else name.rpartition(":")[2])

    def refuse(*_declaration: object) -> None:
        raise Unreadable(_("The workbook's part %(part)s declares a DOCTYPE; that is refused.") % {"part": part})

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = handler.text
    parser.StartDoctypeDeclHandler = refuse
    return parser
