"""PostgreSQL or Redis dies under a running product: it is back within half a minute, and nobody had to start it."""

import os
import signal
import subprocess
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from crm.embedded import postgres_server, processes, record, redis_server, services
from crm.embedded.account import server_account, server_home
from tests.running import READY, Run

BACK_WITHIN_S = 30
PAGES = 60
SIGN_IN = """
from django.test import Client
from accounts.domain.staff import create_user
from accounts.roles import Role
client = Client()
client.force_login(create_user(email="ann@example.com", name="Ann", role=Role.SALES))
print(client.cookies["sessionid"].value)
"""


def postmaster(var: Path) -> int:
    known = record.find(var)
    assert known is not None
    found = postgres_server.running(services._cluster(known))
    assert found is not None
    return found[0]


def redis_process(var: Path) -> int:
    known = record.find(var)
    assert known is not None
    found = redis_server.running(services._redis(known))
    assert found is not None
    return found


def page(run: Run, session: str) -> int:
    """The status of a page that reads the database."""
    request = urllib.request.Request(f"{run.url()}me/", headers={"Cookie": f"sessionid={session}"})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return int(answer.status) if answer.url == request.full_url else 302
    except urllib.error.HTTPError as error:
        return error.code


def test_killed_servers_are_started_again(run: Run, var: Path) -> None:
    run.start(CRM_WEB_WORKERS="2")
    assert run.ready() == READY
    session = run.manage("shell", "--verbosity=0", "--command", SIGN_IN)
    assert [page(run, session) for _ in range(8)] == [200] * 8
    supervisor, web, worker, _beat = run.pids()
    # One that has only begun to start needs the database, dies, and is started again.
    assert processes.wait_until(lambda: ("worker", "crm") in run.roles_in_use(), seconds=30), run.printed()
    os.kill(redis_process(var), signal.SIGKILL)
    run.wait_for("Redis died; starting it again")
    assert processes.wait_until(run.is_ready, seconds=BACK_WITHIN_S), run.printed()
    os.kill(postmaster(var), signal.SIGKILL)
    run.wait_for("PostgreSQL died; starting it again")
    assert processes.wait_until(run.is_ready, seconds=BACK_WITHIN_S), run.printed()
    with ThreadPoolExecutor(4) as people:
        assert list(people.map(lambda _: page(run, session), range(PAGES))) == [200] * PAGES
    assert run.pids()[:3] == [supervisor, web, worker], run.printed()
    assert "keeps dying" not in run.printed()


@pytest.fixture
def elsewhere(var: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The state directory of a database that is not the supervisor's to start."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("REDIS_URL", raising=False)
    with tempfile.TemporaryDirectory(prefix="baseline-elsewhere-", dir="/var/tmp") as made:
        place = Path(made)
        place.chmod(0o755)
        copy_cluster(var, place)
        services.start(place, durable=False)
        yield place
        services.forget(place)


def copy_cluster(var: Path, place: Path) -> None:
    """That of the tests before, if it stands: its database has all migrations, which would take longest."""
    known = record.find(var)
    if known is None or services.running(var):
        return
    home = server_home(var=place, account=server_account())
    subprocess.run(["cp", "-a", f"{known.postgres.home}/postgres", str(home)], check=True)
    postgres, redis = (replace(one, home=str(home), port=0) for one in (known.postgres, known.redis))
    record.save(place, replace(known, postgres=postgres, redis=redis))


def test_what_dies_for_want_of_a_database_elsewhere_waits_for_it(run: Run, var: Path, elsewhere: Path) -> None:
    found = services.urls(elsewhere)
    assert found is not None
    run.start(DATABASE_URL=found[0], DATABASE_OWNER_URL=services.owner_url(elsewhere) or "")
    assert run.ready() == READY
    beat = run.pids()[3]
    services.stop(elsewhere)
    os.kill(beat, signal.SIGKILL)  # it dies of it anyway, at its next look at the schedule
    run.wait_for("The beat process died and waits for the database")
    services.start(elsewhere, durable=False)
    assert processes.wait_until(run.is_ready, seconds=BACK_WITHIN_S), run.printed()
    assert processes.wait_until(lambda: run.pids()[3] != beat, seconds=BACK_WITHIN_S), run.printed()
    assert "keeps dying" not in run.printed()
