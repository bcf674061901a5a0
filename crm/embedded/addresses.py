"""Addresses of services that the environment names: one that cannot be any is said before something fails of it."""

import os
import re
from urllib.parse import SplitResult, unquote, urlsplit

from crm.embedded.problems import Problem

POSTGRES = ("postgres", "postgresql")
REDIS = ("redis", "rediss")
HINT = "Characters such as @ : / # % in a password are written %40 %3A %2F %23 %25."


def check() -> None:
    """Raise a `Problem` that names the variable when one cannot be an address; its value may hold a password."""
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL"):
        _check(name, POSTGRES, path=r"/[^/]+", like="postgres://user:password@host:5432/database")
    _check_owner(os.environ.get("DATABASE_URL", ""), os.environ.get("DATABASE_OWNER_URL", ""))
    _check("REDIS_URL", REDIS, path=r"/?\d*", like="redis://host:6379/0")


def _check(name: str, schemes: tuple[str, ...], *, path: str, like: str) -> None:
    value = os.environ.get(name, "")
    if not value:
        return
    try:
        found = urlsplit(value)
        usable = found.scheme in schemes and _has_port_or_none(found) and bool(re.fullmatch(path, unquote(found.path)))
    except ValueError:
        usable = False
    if not usable or found.fragment:
        raise Problem(f"{name} is not an address; it should look like {like}. {HINT}")


def _check_owner(application: str, owner: str) -> None:
    """Both roles of one database, or neither: what the one makes is granted to the other."""
    if not owner:
        return
    ours, theirs = urlsplit(application), urlsplit(owner)
    if not (ours.username and theirs.username) or unquote(ours.path) != unquote(theirs.path):
        raise Problem("DATABASE_OWNER_URL and DATABASE_URL must name two roles of the same database.")


def _has_port_or_none(found: SplitResult) -> bool:
    """Asking for a port that is none raises `ValueError`."""
    return found.port is None or found.port > 0
