"""Where a feed's address leads: only to public hosts, by HTTPS, at ports that are allowed.

Names are resolved once, every address they have is judged, and the connection goes to the very one that was judged
(`customers.importing.feeds.fetching`). Of IPv6 what may be asked is listed, not what may not: addresses that hold one
of IPv4 within (mapped, compatible, NAT64, 6to4, Teredo) lead who knows where.
"""

import socket
from dataclasses import dataclass
from functools import partial
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from threading import Thread
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

from django.utils.translation import gettext as _

from crm.common.errors import DomainError
from customers.importing.feeds import environment
from customers.importing.feeds.environment import HTTPS_PORT, Named

Address = IPv4Address | IPv6Address
LONGEST: Final = 2_000
RESOLVE_S: Final = 30.0

# IANA's registry of special purposes, multicast, and what is reserved; and what Azure's machines ask about themselves.
_NOT_PUBLIC_4: Final = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "168.63.129.16/32", "169.254.0.0/16",
        "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24",
        "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4",
        "240.0.0.0/4",
    )
)  # fmt: skip
_PUBLIC_6: Final = IPv6Network("2000::/3")
_NOT_PUBLIC_6: Final = tuple(
    IPv6Network(network) for network in ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20")
)
# What a named host may be beside: the company's own networks, and this machine.
_OWN: Final = tuple(
    IPv4Network(network)
    for network in ("10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")
)
_OWN_6: Final = (IPv6Network("fc00::/7"), IPv6Network("::1/128"))
# Clouds tell a machine's own secrets there; no name of a host opens these.
_METADATA: Final = frozenset(
    ip_address(text)
    for text in ("100.100.100.200", "168.63.129.16", "169.254.169.254", "192.0.0.192", "fd00:ec2::254", "fd20:ce::254")
)


class NotAllowed(DomainError):
    """An address that feeds may not read; says why."""


class Unknown(DomainError):
    """The host's name leads nowhere now."""


@dataclass(frozen=True, kw_only=True)
class Target:
    """What is asked: `path` with its query. `host` as it stands in the certificate."""

    host: str
    port: int
    path: str

    @property
    def shown(self) -> str:
        """Without the query, which may say more than a page should."""
        port = "" if self.port == HTTPS_PORT else f":{self.port}"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"https://{host}{port}{self.path.partition('?')[0]}"


def parse(url: str) -> Target:
    """Raises `NotAllowed` for what no feed may ask, whatever its name leads to."""
    if len(url) > LONGEST or not url.isprintable() or any(letter.isspace() or letter == "\\" for letter in url):
        raise NotAllowed(_("This is no address: it is too long, or holds what no address holds."))
    try:
        parts = urlsplit(url)
        port = HTTPS_PORT if parts.port is None else parts.port
    except ValueError as error:
        raise NotAllowed(_("This is no address: %(error)s") % {"error": error}) from error
    if parts.scheme != "https":
        raise NotAllowed(_("An address must begin with https://."))
    if "@" in parts.netloc:
        raise NotAllowed(
            _("An address must not hold a name or a password; there are fields for what it signs in with.")
        )
    host = _host(parts)
    if port not in environment.ports() and Named(host, port) not in environment.named_hosts():
        raise NotAllowed(_("Port %(port)d may not be asked (CRM_FEED_PORTS).") % {"port": port})
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(host=host, port=port, path=_ascii(path))


def _host(parts: SplitResult) -> str:
    host = (parts.hostname or "").rstrip(".")
    if not host or "%" in host:
        raise NotAllowed(_("The address names no host."))
    if ":" in host:
        return host
    try:
        return host.encode("idna").decode("ascii").lower()
    except UnicodeError as error:
        raise NotAllowed(_("“%(host)s” is no name of a host.") % {"host": host[:100]}) from error


def _ascii(path: str) -> str:
    """As browsers send it."""
    return "".join(
        letter if letter.isascii() else "".join(f"%{byte:02X}" for byte in letter.encode()) for letter in path
    )


def resolve(target: Target, *, within_s: float = RESOLVE_S, may_be_own: bool = True) -> list[Address]:
    """Where it may be asked. Raises `NotAllowed` if only one of its addresses may not, `Unknown` if it has none, or
    none is said in time. `may_be_own`: whether a name in the environment opens the company's own network to it.
    """
    try:
        found = _looked_up(target, within_s)
    except (OSError, UnicodeError) as error:
        raise Unknown(
            _("The host “%(host)s” is not known: %(error)s") % {"host": target.host, "error": _why(error)}
        ) from error
    addresses = list(dict.fromkeys(ip_address(str(place[0]).partition("%")[0]) for *_rest, place in found))
    is_named = may_be_own and bool({Named(target.host), Named(target.host, target.port)} & environment.named_hosts())
    for address in addresses:
        if not may_be_asked(address, is_named=is_named):
            raise NotAllowed(
                _(
                    "“%(host)s” leads to %(address)s, which is no public address. The operator can name hosts of your "
                    "own network (CRM_FEED_HOSTS)."
                )
                % {"host": target.host, "address": address}
            )
    return addresses


def _looked_up(target: Target, within_s: float) -> list[Any]:
    """By a thread: the system's resolver knows no deadline of ours, and one that hangs is left to its own. Nothing it
    says too late is used. Raises `OSError`.
    """
    said: list[list[Any] | OSError | UnicodeError] = []
    look_up = partial(socket.getaddrinfo, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)

    def ask() -> None:
        try:
            said.append(look_up(target.host, target.port))
        except (OSError, UnicodeError) as error:
            said.append(error)

    thread = Thread(target=ask, name="feed-resolver", daemon=True)
    thread.start()
    thread.join(max(min(within_s, RESOLVE_S), 0.001))
    answer = said[0] if said else TimeoutError(_("it took too long"))
    if isinstance(answer, list):
        return answer
    raise answer


def may_be_asked(address: Address, *, is_named: bool = False) -> bool:
    """`is_named`: the environment names the host, so that it may be one of the company's own."""
    if address in _METADATA:
        return False
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _NOT_PUBLIC_4) or (is_named and _is_in(address, _OWN))
    public = address in _PUBLIC_6 and not any(address in network for network in _NOT_PUBLIC_6)
    return public or (is_named and _is_in(address, _OWN_6))


def _is_in(address: Address, networks: tuple[IPv4Network, ...] | tuple[IPv6Network, ...]) -> bool:
    return any(address in network for network in networks)


def _why(error: OSError | UnicodeError) -> str:
    return getattr(error, "strerror", "") or str(error)
