import os
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from crm.embedded import processes, record, redis_server, services
from crm.make import programs, watching
from crm.make.programs import Child


@pytest.fixture
def child(tmp_path: Path) -> Iterator[Child]:
    """A program that ends as soon as it is started."""
    made = Child("beat", [sys.executable, "-c", "raise SystemExit('no database')"], tmp_path / "beat.log")
    made.start()
    yield made
    wait_for_the_end_of(made)


def wait_for_the_end_of(child: Child) -> None:
    assert child.process is not None
    child.process.wait()


def test_deaths_while_the_database_is_away_do_not_count(child: Child, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", f"postgres://crm@127.0.0.1:{processes.free_port()}/crm")
    wait_for_the_end_of(child)
    dead = child.process
    assert watching._start_dead([child], outage=False) == []
    assert (child.waits, child.process) == (True, dead)
    monkeypatch.delenv("DATABASE_URL")
    assert watching._start_dead([child], outage=False) == [child]
    assert (child.waits, child.deaths) == (False, [])
    assert child.process is not dead


def test_deaths_in_an_outage_of_the_embedded_servers_do_not_count(child: Child) -> None:
    for _ in range(programs.MANY_DEATHS + 1):
        wait_for_the_end_of(child)
        assert watching._start_dead([child], outage=True) == [child]
    assert child.deaths == []


@pytest.mark.slow
def test_a_source_that_is_gone_when_it_is_looked_at_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "crm"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / ".#views.py").symlink_to("somebody@somewhere.1234")  # as Emacs locks a file
    monkeypatch.setattr(watching, "CHECKOUT", tmp_path)
    sources = watching.Sources()
    assert not sources.changed()
    (package / "views.py").touch()
    assert sources.changed()


@pytest.mark.slow
def test_a_server_that_cannot_be_started_is_tried_again(
    var: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CRM_VAR", str(var))
    monkeypatch.setattr(watching, "RETRY_S", 0)
    services.start(durable=False)
    servers = watching.Servers()
    assert servers.bring_back() is False
    kill_redis(var)
    with socket.create_server(("127.0.0.1", 0)) as taker:
        port = taker.getsockname()[1]
        monkeypatch.setenv("REDIS_PORT", str(port))
        assert [servers.bring_back(), servers.bring_back()] == [True, True]
        assert services.dead() == ["Redis"]
    assert [servers.bring_back(), servers.bring_back()] == [True, False]
    assert services.dead() == []
    assert capsys.readouterr().err == (
        f"Redis died; starting it again.\nPort {port} is taken by another program. Choose another with REDIS_PORT=N, "
        "or leave REDIS_PORT unset and a free one is found.\nIt is tried again every 0 seconds.\n"
    )


def kill_redis(var: Path) -> None:
    known = record.find(var)
    assert known is not None
    pid = redis_server.running(services._redis(known))
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    assert processes.wait_until(lambda: services.dead(var) == ["Redis"], seconds=10)
