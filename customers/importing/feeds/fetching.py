"""A file from an HTTPS address, to a file of ours: bounded in time and size, and never from where it may not be.

The standard library's client, with a connection of its own: it goes to an address that was judged, holds the
certificate against the name that was asked, and ends when the time for the whole is over, however slowly the other side
drips.
"""

import http.client
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic
from typing import Any, Final
from urllib.parse import unquote, urljoin

from django.utils.translation import gettext as _

from crm.common.errors import DomainError
from customers.importing.feeds import addresses, environment
from customers.importing.feeds.addresses import Address, Target
from customers.importing.feeds.keeping import Kept, keep, too_large

CONNECT_S: Final = 10.0
READ_S: Final = 30.0
MOST_REDIRECTS: Final = 3
REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
NOT_MODIFIED: Final = 304
LONGEST_HEADER: Final = 500
ACCEPTED: Final = frozenset({"", "identity", "gzip", "x-gzip"})  # a packed answer is opened as a packed file is
_PURPOSE: Final = {
    "User-Agent": "Baseline-CRM-feed",
    "Accept": "*/*",
    "Accept-Encoding": "identity",
    "Connection": "close",
}


class NotFetched(DomainError):
    """The other side could not be reached, or gave no file; says why."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What is asked for, and under which bounds. `authorization` is shown to the address's own host alone,
    and not any more once that has led on to another.
    """

    url: str
    authorization: str = ""
    etag: str = ""
    last_modified: str = ""
    whole_s: float = 900.0
    most: int = 0
    into: Path | None = None


@dataclass(frozen=True, kw_only=True)
class Fetched:
    kept: Kept
    name: str
    etag: str
    last_modified: str


class _Socket(ssl.SSLSocket):
    """Every wait ends when the time for the whole is over."""

    until: float = 0.0

    def recv_into(self, *arguments: Any, **named: Any) -> int:
        left = self.until - monotonic()
        if left <= 0:
            raise TimeoutError
        self.settimeout(min(READ_S, left))
        return super().recv_into(*arguments, **named)


class _Connection(http.client.HTTPSConnection):
    def __init__(self, target: Target, places: list[Address], *, until: float) -> None:
        self._trusted = _trusting()
        super().__init__(target.host, target.port, context=self._trusted)
        self._places, self._until = places, until

    def connect(self) -> None:
        plain = self._reach()
        plain.settimeout(max(min(CONNECT_S, self._until - monotonic()), 0.001))
        try:
            # Who ends without saying so may have been cut off: then there is no file.
            made = self._trusted.wrap_socket(plain, server_hostname=self.host, suppress_ragged_eofs=False)
        except BaseException:
            plain.close()
            raise
        assert isinstance(made, _Socket)
        made.until = self._until
        made.settimeout(READ_S)
        self.sock = made

    def _reach(self) -> socket.socket:
        """One of the addresses that were judged; no name is looked up again."""
        failed: OSError | None = None
        for place in self._places:
            family = socket.AF_INET6 if place.version == 6 else socket.AF_INET
            plain = socket.socket(family, socket.SOCK_STREAM)
            plain.settimeout(max(min(CONNECT_S, self._until - monotonic()), 0.001))
            try:
                plain.connect((str(place), self.port))
            except OSError as error:
                plain.close()
                failed = error
            else:
                return plain
        raise failed or OSError


def _trusting() -> ssl.SSLContext:
    """Certificates are always held against the system's authorities, and those the environment adds."""
    context = ssl.create_default_context()
    context.sslsocket_class = _Socket
    if environment.ca_file():
        context.load_verify_locations(cafile=environment.ca_file())
    return context


def fetch(asked: Asked) -> Fetched | None:
    """None: it has not changed since `etag` or `last_modified`.

    Raises `addresses.NotAllowed`, `addresses.Unknown`, `NotFetched`, `uploads.FileTooLarge` or `uploads.NoSpace`;
    nothing of it is kept then.
    """
    until, target = monotonic() + asked.whole_s, addresses.parse(asked.url)
    first, url = target, asked.url
    for _hop in range(MOST_REDIRECTS + 1):
        if not _is_same(first, target):  # from here on others say where to: nothing is shown even to the first again
            asked = replace(asked, authorization="")
        # Whom only a redirect names may not be one of the company's own, though the environment names it.
        places = addresses.resolve(target, within_s=until - monotonic(), may_be_own=target.host == first.host)
        found = _ask(asked, target, places, until)
        if not isinstance(found, str):
            return found
        url = _next(url, found)
        target = addresses.parse(url)
    raise NotFetched(_("The address leads on more than %(most)d times.") % {"most": MOST_REDIRECTS})


def _next(url: str, found: str) -> str:
    try:
        return urljoin(url, found)
    except ValueError as error:
        raise NotFetched(_("The address leads on to what is none: %(error)s") % {"error": error}) from error


def _is_same(one: Target, other: Target) -> bool:
    return (one.host, one.port) == (other.host, other.port)


def _ask(asked: Asked, target: Target, places: list[Address], until: float) -> Fetched | str | None:
    """A file, where it leads on to, or None."""
    connection = _Connection(target, places, until=until)
    try:
        connection.request("GET", target.path, headers=_headers(asked))
        with connection.getresponse() as answer:
            return _taken(asked, target, answer)
    except ssl.SSLCertVerificationError as error:
        raise _failed(target, _("its certificate is not trusted: %(why)s") % {"why": error.verify_message}) from error
    except TimeoutError as error:
        raise _failed(target, _("it took too long")) from error
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise _failed(target, getattr(error, "strerror", "") or str(error) or type(error).__name__) from error
    finally:
        connection.close()


def _headers(asked: Asked) -> Mapping[str, str]:
    said = {"Authorization": asked.authorization, "If-None-Match": asked.etag, "If-Modified-Since": asked.last_modified}
    return {**_PURPOSE, **{name: value for name, value in said.items() if value}}


def _taken(asked: Asked, target: Target, answer: http.client.HTTPResponse) -> Fetched | str | None:
    if answer.status in REDIRECTS:
        return answer.headers.get("Location", "") or _refuse(target, answer)
    if answer.status == NOT_MODIFIED and (asked.etag or asked.last_modified):
        return None
    if answer.status != http.client.OK:
        _refuse(target, answer)
    packing = answer.headers.get("Content-Encoding", "").strip().lower()
    if packing not in ACCEPTED:
        raise _failed(target, _("it sends the file packed as “%(packing)s”") % {"packing": packing[:40]})
    most = asked.most or environment.most_bytes()
    if answer.length is not None and answer.length > most:
        raise too_large(most)
    kept = keep(answer.read, most=most, path=asked.into)
    if answer.length:  # closed before all had come
        kept.path.unlink()
        raise _failed(target, _("it ended before the whole file had come"))
    return Fetched(
        kept=kept,
        name=_name(target),
        etag=_header(answer, "ETag"),
        last_modified=_header(answer, "Last-Modified")[:100],
    )


def _refuse(target: Target, answer: http.client.HTTPResponse) -> str:
    words = f"{answer.status} {answer.reason}"[:100]
    raise _failed(target, _("it answered %(status)s") % {"status": words})


def _failed(target: Target, why: str) -> NotFetched:
    return NotFetched(_("%(address)s could not be read: %(why)s") % {"address": target.shown, "why": why})


def _header(answer: http.client.HTTPResponse, name: str) -> str:
    """What could not be sent back, or kept, is as good as none."""
    value = answer.headers.get(name, "").strip()
    return value if len(value) <= LONGEST_HEADER and value.isascii() and value.isprintable() else ""


def _name(target: Target) -> str:
    """What the file is called here: the last part of its address."""
    last = unquote(target.path.partition("?")[0].rstrip("/").rpartition("/")[2]).replace("\0", "␀")
    return (last or target.host)[:255]
