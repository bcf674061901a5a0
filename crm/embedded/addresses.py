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
    _check("DATABASE_URL", POSTGRES, path=r"/[^/]+", like="postgres://user:password@host:5432/database")
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


def _has_port_or_none(found: SplitResult) -> bool:
    """Asking for a port that is none raises `ValueError`."""
    return found.port is None or found.port > 0
