"""The embedded services as one thing: start what is not up, stop, and say where they are."""

import os
import shutil
import sys
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from crm.embedded import addresses, postgres_server, processes, record, redis_server, roles
from crm.embedded.account import Account, server_account, server_home
from crm.embedded.places import var_dir
from crm.embedded.postgres_server import Cluster, Programs
from crm.embedded.record import ROLES, Record, Service
from crm.embedded.redis_server import RedisServer


def start(var: Path | None = None, *, durable: bool = True) -> None:
    """Bring up the embedded servers that no `DATABASE_URL` / `REDIS_URL` replaces; quick when they are up.

    Settings find them through the record in the state directory. `durable=False` is for tests: their cluster may be
    lost, so it does not wait for the disk.
    """
    addresses.check()
    var = var or var_dir()
    need_postgres, need_redis = not os.environ.get("DATABASE_URL"), not os.environ.get("REDIS_URL")
    if not (need_postgres or need_redis):
        return
    known = record.find(var)
    if known and _up(known, postgres=need_postgres, redis=need_redis):
        return
    with record.locked(var, "services"):
        known = record.find(var)
        account = server_account()
        home = Path(known.postgres.home) if known else server_home(var=var, account=account)
        if known is None and home != var:
            _put_aside(home)
        known = known or Record(
            Service(0, record.new_password(), str(home)), Service(0, record.new_password(), str(home))
        )
        if need_postgres:
            known = _start_postgres(var, known, Cluster(home, account, durable))
        if need_redis:
            _start_redis(var, known, RedisServer(home, account))


def _put_aside(home: Path) -> None:
    """A copy at this path was deleted together with its record; what it left elsewhere is stopped and put aside."""
    cluster, server = Cluster(home, Account()), RedisServer(home, Account())
    redis_server.stop(server)
    postgres_server.stop(cluster)
    if cluster.data.exists():
        shutil.rmtree(home / "postgres.previous", ignore_errors=True)
        cluster.data.rename(home / "postgres.previous")
        sys.stderr.write(f"Data of an earlier copy at this path were put aside: {home / 'postgres.previous'}\n")


def _up(known: Record, *, postgres: bool, redis: bool) -> bool:
    """Whether the recorded servers run and answer: two small files read, two connections opened."""
    cluster, server = _cluster(known), _redis(known)
    if postgres and not known.settled:
        return False
    if postgres and (postgres_server.running(cluster) or (0, 0))[1] != known.postgres.port:
        return False
    if redis and redis_server.running(server) is None:
        return False
    ports = [known.postgres.port] * postgres + [known.redis.port] * redis
    return all(processes.answers(port) for port in ports)


def _start_postgres(var: Path, known: Record, cluster: Cluster) -> Record:
    """What was done is written down last: killed anywhere, the next start goes on from there."""
    found = postgres_server.running(cluster)
    port = found[1] if found and known.superuser_password and processes.answers(found[1]) else None
    if port and known.settled:
        return _recorded(var, known, postgres=port)
    programs = postgres_server.programs_for(cluster)
    known = _recorded(var, known, postgres=port) if port else _restart_postgres(var, known, cluster, programs)
    return known if known.settled else _with_roles(var, known, cluster, programs)


def _restart_postgres(var: Path, known: Record, cluster: Cluster, programs: Programs) -> Record:
    postgres_server.stop(cluster)
    if not known.superuser_password or not cluster.data.exists():
        known = _with_superuser(known, cluster, programs)
    known = _recorded(var, known, postgres=record.chosen_port("POSTGRES_PORT", earlier=known.postgres.port))
    postgres_server.start(cluster, programs=programs, port=known.postgres.port)
    return known


def _with_superuser(known: Record, cluster: Cluster, programs: Programs) -> Record:
    """Make the cluster; one that is there lost its record, or is from before there were three roles."""
    password = record.new_password()
    make = postgres_server.set_password if cluster.data.exists() else postgres_server.create
    make(cluster, programs=programs, password=password)
    return replace(known, superuser_password=password, owner_password=record.new_password(), roles=0)


def _with_roles(var: Path, known: Record, cluster: Cluster, programs: Programs) -> Record:
    passwords = roles.Passwords(
        superuser=known.superuser_password, owner=known.owner_password, application=known.postgres.password
    )
    roles.make(roles.Server(cluster, programs, known.postgres.port), passwords)
    made = replace(known, roles=ROLES)
    record.save(var, made)
    return made


def _start_redis(var: Path, known: Record, server: RedisServer) -> Record:
    if redis_server.running(server) is not None and processes.answers(known.redis.port):
        return known
    redis_server.stop(server)
    known = _recorded(var, known, redis=record.chosen_port("REDIS_PORT", earlier=known.redis.port))
    redis_server.start(server, port=known.redis.port, password=known.redis.password)
    return known


def _recorded(var: Path, known: Record, *, postgres: int | None = None, redis: int | None = None) -> Record:
    changed = replace(
        known,
        postgres=replace(known.postgres, port=postgres or known.postgres.port),
        redis=replace(known.redis, port=redis or known.redis.port),
    )
    record.save(var, changed)
    return changed


def stop(var: Path | None = None) -> list[str]:
    """Stop the embedded servers of this state directory; the names of those that ran."""
    var = var or var_dir()
    known = record.find(var)
    if not known:
        return []
    with record.locked(var, "services"):
        stopped = []
        if redis_server.stop(_redis(known)):
            stopped.append("Redis")
        if postgres_server.stop(_cluster(known)):
            stopped.append("PostgreSQL")
    return stopped


def dead(var: Path | None = None) -> list[str]:
    """Names of the embedded servers this copy uses that do not run: two small files read, so it may be asked often."""
    known = record.find(var or var_dir())
    found = []
    if known and not os.environ.get("DATABASE_URL") and postgres_server.running(_cluster(known)) is None:
        found.append("PostgreSQL")
    if known and not os.environ.get("REDIS_URL") and redis_server.running(_redis(known)) is None:
        found.append("Redis")
    return found


def database_answers(var: Path | None = None) -> bool:
    """Whether the database, embedded or elsewhere, takes sessions. Of one behind a local socket we cannot tell: yes."""
    found = urls(var)
    place = urlsplit(os.environ.get("DATABASE_URL") or (found[0] if found else ""))
    return not place.hostname or postgres_server.takes_sessions(host=place.hostname, port=place.port or 5432)


def running(var: Path | None = None) -> bool:
    """Whether an embedded server of this state directory is up."""
    known = record.find(var or var_dir())
    if not known:
        return False
    return postgres_server.running(_cluster(known)) is not None or redis_server.running(_redis(known)) is not None


def forget(var: Path) -> None:
    """Stop the servers and delete all their data, wherever it lies."""
    stop(var)
    known = record.find(var)
    if known and Path(known.postgres.home) != var:
        shutil.rmtree(known.postgres.home, ignore_errors=True)


def urls(var: Path | None = None) -> tuple[str, str] | None:
    """(database, Redis) addresses of the embedded services, whether up or not; None before the first start."""
    known = record.find(var or var_dir())
    return (known.database_url, known.redis_url) if known else None


def owner_url(var: Path | None = None) -> str | None:
    """The embedded database's address for the role that owns it and may change its tables."""
    known = record.find(var or var_dir())
    return known.owner_url if known else None


def _cluster(known: Record) -> Cluster:
    return Cluster(Path(known.postgres.home), Account())


def _redis(known: Record) -> RedisServer:
    return RedisServer(Path(known.redis.home), Account())
