"""The body of a request as JSON, within bounds; what is wrong with it is said with its place.

Numbers stay the text they were sent as: what a column takes is the import's to say, and none becomes another.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, NoReturn

from django.http import HttpRequest
from django.utils.translation import gettext as _

from customers.importing import encoding

LARGEST_ITEM: Final = 1024**2
LARGEST_BATCH: Final = 5 * 1024**2  # what Django reads at most (DATA_UPLOAD_MAX_MEMORY_SIZE)
_CHARSET: Final = re.compile(r"""charset\s*=\s*"?([\w.:-]+)""", re.IGNORECASE)


@dataclass(frozen=True)
class Fault:
    """What is wrong, and in which field; `field` is empty where it is the whole."""

    field: str
    message: str

    def as_json(self) -> dict[str, str]:
        return {"field": self.field, "message": self.message}


class Refused(Exception):
    """The request as a whole: answered with this status and these faults; nothing was written."""

    def __init__(self, status: int, message: str, field: str = "", *, retry_after_s: int = 0) -> None:
        super().__init__(message)
        self.status = status
        self.faults = [Fault(field, message)]
        self.retry_after_s = retry_after_s


class Number(str):
    """A number of the body, as it was written."""

    __slots__ = ()


def read_json(request: HttpRequest, *, largest: int) -> Any:
    """The body; raises `Refused` with 400, 413 or 415."""
    _check_type(request)
    size = int(request.META.get("CONTENT_LENGTH") or 0)
    if size > largest:
        raise Refused(
            413, _("The body has %(size)d bytes; at most %(most)d are taken.") % {"size": size, "most": largest}
        )
    return parsed(_text(request.body))


def _check_type(request: HttpRequest) -> None:
    if request.content_type != "application/json":
        given = (request.content_type or "")[:60] or _("none")
        raise Refused(
            415, _("The content type must be application/json, not %(given)s.") % {"given": given}, "Content-Type"
        )
    charset = _CHARSET.search(request.headers.get("Content-Type", ""))
    if charset and charset[1].lower() not in {"utf-8", "utf8", "us-ascii"}:
        raise Refused(415, _("The body must be UTF-8, not %(given)s.") % {"given": charset[1][:60]}, "Content-Type")


def _text(body: bytes) -> str:
    try:
        return body.removeprefix(b"\xef\xbb\xbf").decode("utf-8")
    except UnicodeDecodeError as error:
        said = {"place": error.start, "byte": f"0x{body[error.start]:02x}", "looks": _looks_like(body)}
        raise Refused(
            400, _("The body is not UTF-8: byte %(byte)s at %(place)d.%(looks)s Send UTF-8.") % said
        ) from None


def _looks_like(body: bytes) -> str:
    try:
        name = encoding.detect(lambda: iter([body[:65536]]), whole=False)
    except encoding.UnknownEncoding:
        return ""
    return "" if name == "utf-8" else _(" It looks like %(encoding)s.") % {"encoding": name.upper()}


def parsed(text: str) -> Any:
    """Raises `Refused` (400) for what is no JSON, names a field twice, or is nested too deep."""
    if not text.strip():
        raise Refused(400, _("The body is empty."))
    try:
        return json.loads(
            text, parse_float=Number, parse_int=Number, parse_constant=_no_constant, object_pairs_hook=_object
        )
    except json.JSONDecodeError as error:
        said = {"line": error.lineno, "column": error.colno, "error": error.msg}
        raise Refused(400, _("The body is no JSON: line %(line)d, column %(column)d: %(error)s.") % said) from None
    except RecursionError:
        raise Refused(400, _("The body is nested too deep.")) from None


def _no_constant(name: str) -> NoReturn:
    raise Refused(400, _("%(name)s is no number of JSON.") % {"name": name})


def _object(pairs: list[tuple[str, Any]]) -> Mapping[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _value in pairs]
        twice = next(name for at, name in enumerate(names) if name in names[:at])
        raise Refused(400, _("The field is there twice."), shown(twice))
    return found


def shown(name: str) -> str:
    """A name of the body as an answer may say it: short, and text that can be sent."""
    return name[:200].replace("\0", "␀").encode("utf-8", "replace").decode()
