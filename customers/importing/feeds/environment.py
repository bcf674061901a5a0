"""What the environment allows feeds to read: no page changes it. `.env.example` says what each means."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import environ
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

HTTPS_PORT: Final = 443
_env = environ.Env()


@dataclass(frozen=True)
class Named:
    """A host that may be an internal one; with a port, at that one too."""

    host: str
    port: int = HTTPS_PORT


def folders() -> list[Path]:
    """The roots below which folders may be read. None named: no folder may."""
    found = [Path(name) for name in _env.list("CRM_FEED_FOLDERS", default=[]) if name]
    for path in found:
        if not path.is_absolute():
            raise ImproperlyConfigured(f"CRM_FEED_FOLDERS: “{path}” is no whole path.")
    return found


def named_hosts() -> set[Named]:
    """Hosts that may be where others may not be: in the company's own network."""
    return {_named(text) for text in _env.list("CRM_FEED_HOSTS", default=[]) if text}


def _named(text: str) -> Named:
    host, colon, port = text.strip().lower().rpartition(":")
    if not colon or port.endswith("]") or (":" in host.strip("[]") and not host.startswith("[")):
        return Named(text.strip().lower().strip("[]"))
    if not port.isdecimal():
        raise ImproperlyConfigured(f"CRM_FEED_HOSTS: “{text}” is no host, or host:port.")
    return Named(host.strip("[]"), int(port))


def ports() -> set[int]:
    """At which any host may be asked."""
    found = [text.strip() for text in _env.list("CRM_FEED_PORTS", default=[str(HTTPS_PORT)]) if text.strip()]
    for text in found:
        if not text.isdecimal():
            raise ImproperlyConfigured(f"CRM_FEED_PORTS: “{text}” is no port.")
    return {int(text) for text in found}


def ca_file() -> str:
    """Certificates that are trusted beside the system's."""
    return str(_env.str("CRM_FEED_CA_FILE", default=""))


def most_bytes() -> int:
    """What one file may weigh as it comes."""
    text = _env.str("CRM_FEED_MAX_MB", default="") or str(settings.CRM_UPLOAD_MAX_MB)
    if not text.isdecimal():
        raise ImproperlyConfigured(f"CRM_FEED_MAX_MB: “{text}” is no number of megabytes.")
    return int(text) * 1024**2


def check() -> None:
    """At the start, so that no page and no job is the first to find it. Raises `ImproperlyConfigured`."""
    for read in (folders, named_hosts, ports, most_bytes):
        read()
    if ca_file() and not Path(ca_file()).is_file():
        raise ImproperlyConfigured(f"CRM_FEED_CA_FILE: there is no file “{ca_file()}”.")
