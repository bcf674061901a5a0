"""What is remembered of the embedded services, in `services.json` of the state directory: ports, passwords, places."""

import contextlib
import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from crm.embedded import processes
from crm.embedded.problems import Problem

ROLES = 1  # the arrangement of roles that `crm.embedded.roles` makes; one more, and it is made anew at the next start


@dataclass(frozen=True)
class Service:
    """One server's address; `password` guards it against other users of the machine."""

    port: int
    password: str
    home: str


@dataclass(frozen=True)
class Record:
    """`postgres.password` is that of the application's role. `roles`: which of their arrangements was made last."""

    postgres: Service
    redis: Service
    owner_password: str = ""
    superuser_password: str = ""
    roles: int = 0

    @property
    def settled(self) -> bool:
        """Whether the database's roles are as this version wants them."""
        return self.roles == ROLES and bool(self.superuser_password)

    @property
    def database_url(self) -> str:
        return self._database_url("crm", self.postgres.password)

    @property
    def owner_url(self) -> str:
        return self._database_url("crm_owner", self.owner_password)

    @property
    def superuser_url(self) -> str:
        return self._database_url("postgres", self.superuser_password)

    @property
    def redis_url(self) -> str:
        return f"redis://:{self.redis.password}@127.0.0.1:{self.redis.port}/0"

    def _database_url(self, role: str, password: str) -> str:
        return f"postgres://{role}:{password}@127.0.0.1:{self.postgres.port}/crm"


def find(var: Path) -> Record | None:
    """The record kept in `var`, or None where there is none yet or it was cut short by a crash."""
    try:
        found = json.loads((var / "services.json").read_text(encoding="utf-8"))
        return Record(**found | {name: Service(**found[name]) for name in ("postgres", "redis")})
    except (FileNotFoundError, NotADirectoryError, ValueError, KeyError, TypeError):
        return None


def save(var: Path, record: Record) -> None:
    draft = var / "services.json.new"
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(asdict(record), file, indent=2)
    draft.replace(var / "services.json")


def new_password() -> str:
    return secrets.token_urlsafe(24)


@contextlib.contextmanager
def locked(var: Path, name: str, *, wait: bool = True) -> Iterator[bool]:
    """Hold the lock `name` of this state directory; yields False when `wait` is off and another process holds it."""
    var.mkdir(parents=True, exist_ok=True)
    with (var / f"{name}.lock").open("a", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            yield False
            return
        yield True


def chosen_port(variable: str, *, earlier: int | None) -> int:
    """The port that `variable` names, else the earlier one while it is free, else a free one."""
    wanted = os.environ.get(variable, "")
    if wanted:
        port = port_number(wanted, variable)
        if not processes.is_free(port):
            raise port_taken(port, variable)
        return port
    return earlier if earlier and processes.is_free(earlier) else processes.free_port()


def port_number(text: str, variable: str) -> int:
    if text.isdecimal() and 0 < int(text) < 65536:
        return int(text)
    raise Problem(f"{variable} is {text!r}; it must be a port number from 1 to 65535.")


def port_taken(port: int, variable: str) -> Problem:
    return Problem(
        f"Port {port} is taken by another program. Choose another with {variable}=N, or leave {variable} unset and "
        "a free one is found."
    )
