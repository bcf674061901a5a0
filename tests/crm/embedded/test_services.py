import contextlib
import json
import os
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from crm.embedded import postgres_server, processes, record, redis_server, services
from crm.embedded.postgres_server import Cluster, Programs
from crm.embedded.problems import Problem

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("made_once")]  # each starts servers of its own


@pytest.fixture(scope="module")
def kept() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="baseline-kept-", dir="/var/tmp") as place:
        yield Path(place)


@pytest.fixture
def made_once(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first cluster is made, the others are copies of it under passwords of their own: a third of the work."""
    make = postgres_server.create

    def create(cluster: Cluster, *, programs: Programs, password: str) -> None:
        if (kept / "postgres").exists():
            subprocess.run(["cp", "-a", str(kept / "postgres"), str(cluster.data)], check=True)
            postgres_server.set_password(cluster, programs=programs, password=password)
        else:
            make(cluster, programs=programs, password=password)
            subprocess.run(["cp", "-a", str(cluster.data), str(kept / "postgres")], check=True)

    monkeypatch.setattr(postgres_server, "create", create)


def ask(var: Path, query: str) -> object:
    """Of the superuser, who may see all settings."""
    known = record.find(var)
    assert known is not None
    with psycopg.connect(known.superuser_url, autocommit=True) as connection:
        cursor = connection.execute(query)
        row = cursor.fetchone() if cursor.description else None
        return row[0] if row else None


def processes_of(var: Path) -> tuple[int, int]:
    known = record.find(var)
    assert known is not None
    server = postgres_server.running(services._cluster(known))
    redis_pid = redis_server.running(services._redis(known))
    assert server is not None
    assert redis_pid is not None
    return server[0], redis_pid


def test_what_a_started_server_is_like(var: Path) -> None:
    services.start(var, durable=True)
    names = ("fsync", "jit", "shared_preload_libraries")
    assert [ask(var, f"SHOW {name}") for name in names] == ["on", "off", "pg_stat_statements"]
    assert ask(var, "SELECT datctype FROM pg_database WHERE datname = 'crm'") == "C.UTF-8"
    ask(var, "CREATE EXTENSION pg_trgm")
    assert ask(var, "SELECT cardinality(show_trgm('张三丰'))") == 4
    found = services.urls(var)
    assert found is not None
    with redis.Redis.from_url(found[1]) as client:
        assert client.ping() is True
    assert oct((var / "services.json").stat().st_mode & 0o777) == "0o600"


def test_a_second_start_changes_nothing_and_data_survive_a_stop(var: Path) -> None:
    services.start(var, durable=False)
    assert ask(var, "SHOW fsync") == "off"
    before = processes_of(var)
    services.start(var, durable=False)
    assert processes_of(var) == before
    ask(var, "CREATE TABLE kept AS SELECT 7 AS n")
    assert services.stop(var) == ["Redis", "PostgreSQL"]
    assert services.stop(var) == []
    services.start(var, durable=False)
    assert ask(var, "SELECT n FROM kept") == 7


def test_strangers_on_the_machine_need_the_password(var: Path) -> None:
    services.start(var, durable=False)
    known = record.find(var)
    assert known is not None
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(host="127.0.0.1", port=known.postgres.port, user="crm", password="wrong", dbname="crm")
    with redis.Redis(port=known.redis.port) as client, pytest.raises(redis.AuthenticationError):
        client.ping()


def test_killed_servers_are_recovered(var: Path) -> None:
    services.start(var, durable=True)
    ask(var, "CREATE TABLE kept AS SELECT 7 AS n")
    killed = processes_of(var)
    for pid in killed:
        os.kill(pid, signal.SIGKILL)
    assert processes.wait_until(lambda: not any(map(processes.is_alive, killed)), seconds=10)
    services.start(var, durable=True)
    assert ask(var, "SELECT n FROM kept") == 7


def test_the_dead_are_named(var: Path) -> None:
    services.start(var, durable=False)
    assert services.dead(var) == []
    for pid in processes_of(var):
        os.kill(pid, signal.SIGKILL)
    assert processes.wait_until(lambda: services.dead(var) == ["PostgreSQL", "Redis"], seconds=10)


def test_a_busy_session_of_a_killed_server_does_not_keep_it_down(var: Path) -> None:
    services.start(var, durable=False)
    busy = threading.Thread(target=be_busy, args=[var])
    busy.start()
    active = "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'SELECT max(n)%'"
    assert processes.wait_until(lambda: ask(var, active) == 1, seconds=10)
    killed, _redis = processes_of(var)
    os.kill(killed, signal.SIGKILL)
    assert processes.wait_until(lambda: not processes.is_alive(killed), seconds=10)
    services.start(var, durable=False)
    assert ask(var, "SELECT 1") == 1
    busy.join(timeout=10)
    assert not busy.is_alive()


def be_busy(var: Path) -> None:
    """Reckon without a pause, in which it would notice that its server is gone."""
    with contextlib.suppress(psycopg.OperationalError):
        ask(var, "SELECT max(n) FROM (SELECT generate_series(1, 1000000000000) AS n) AS numbers")


def test_a_pid_file_whose_number_another_process_has_now_is_stale(var: Path) -> None:
    services.start(var, durable=False)
    known = record.find(var)
    assert known is not None
    home = Path(known.postgres.home)
    services.stop(var)
    (home / "postgres" / "postmaster.pid").write_text(f"{os.getpid()}\n{home}/postgres\n1\n{known.postgres.port}\n")
    (home / "redis" / "redis.pid").write_text(f"{os.getpid()}\n")
    services.start(var, durable=False)
    assert ask(var, "SELECT 1") == 1


def test_an_unreadable_redis_file_is_put_aside(var: Path) -> None:
    services.start(var, durable=False)
    known = record.find(var)
    assert known is not None
    services.stop(var)
    (Path(known.redis.home) / "redis" / "dump.rdb").write_bytes(b"REDIS0009 not really")
    services.start(var, durable=False)
    assert (Path(known.redis.home) / "redis" / "dump.rdb.broken").exists()


def test_a_lost_record_loses_no_data(var: Path) -> None:
    services.start(var, durable=False)
    ask(var, "CREATE TABLE kept AS SELECT 7 AS n")
    (var / "services.json").unlink()
    services.start(var, durable=False)
    assert ask(var, "SELECT n FROM kept") == 7


def test_a_copy_that_was_deleted_and_made_again_starts_afresh(var: Path) -> None:
    closed = var / "home"
    closed.mkdir(mode=0o700)
    services.start(closed / "var", durable=False)
    ask(closed / "var", "CREATE TABLE kept AS SELECT 7 AS n")
    before = processes_of(closed / "var")
    if os.geteuid() != 0:
        services.stop(closed / "var")
    shutil.rmtree(closed / "var")
    services.start(closed / "var", durable=False)
    assert ask(closed / "var", "SELECT to_regclass('kept')") is None
    assert [pid for pid in before if processes.is_alive(pid)] == []
    services.forget(closed / "var")


def test_two_copies_run_side_by_side(var: Path) -> None:
    other = var / "other"
    other.mkdir()
    services.start(var, durable=False)
    services.start(other, durable=False)
    assert set(processes_of(var)).isdisjoint(processes_of(other))
    services.forget(other)


def test_addresses_in_the_environment_replace_the_embedded_services(var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://crm@db.example/crm")
    monkeypatch.setenv("REDIS_URL", "redis://redis.example/0")
    services.start(var)
    assert list(var.iterdir()) == []


def test_a_taken_port_is_named(var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    services.start(var, durable=False)
    known = record.find(var)
    assert known is not None
    monkeypatch.setenv("POSTGRES_PORT", str(known.redis.port))
    with pytest.raises(Problem) as problem:
        services.start(var / "other")
    assert str(problem.value) == (
        f"Port {known.redis.port} is taken by another program. Choose another with POSTGRES_PORT=N, or leave "
        "POSTGRES_PORT unset and a free one is found."
    )


def test_data_of_a_version_that_is_not_installed_are_left_alone(var: Path) -> None:
    (var / "postgres").mkdir()
    (var / "postgres" / "PG_VERSION").write_text("9\n")
    with pytest.raises(Problem, match=r"were written by PostgreSQL 9, which is not installed any more"):
        services.start(var)
    assert (var / "postgres" / "PG_VERSION").read_text() == "9\n"


def test_state_below_a_closed_home_works_and_the_home_stays_closed(var: Path) -> None:
    closed = var / "home"
    closed.mkdir(mode=0o700)
    inside = closed / "checkout" / "var"
    services.start(inside, durable=False)
    assert ask(inside, "SELECT 1") == 1
    assert closed.stat().st_mode & 0o777 == 0o700
    home = Path(json.loads((inside / "services.json").read_text())["postgres"]["home"])
    assert (home == inside) == (os.geteuid() != 0)
    services.forget(inside)
    assert not (home / "postgres" / "PG_VERSION").exists() or home == inside


def test_a_process_number_used_again_is_not_taken_for_ours() -> None:
    assert processes.started(os.getpid()) == processes.started(os.getpid())
    assert processes.started(2**22 + 1) == ""
