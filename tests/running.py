"""`make run` and `make dev` from outside, with a state directory of their own.

No demo company and one web worker, for speed.
"""

import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import psycopg

from crm.embedded import processes, record
from crm.embedded.places import CHECKOUT

SET_BY_THE_TESTS = {
    "DATABASE_URL",
    "DATABASE_OWNER_URL",
    "REDIS_URL",
    "DJANGO_SETTINGS_MODULE",
    "CRM_TESTING",
    "CRM_PROCESS",
    "PORT",
    "MAKELEVEL",
    "DEBUG",
}
SESSIONS = """
SELECT application_name::text, usename::text FROM pg_stat_activity
WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()
"""
READY = {"database": "ok", "redis": "ok"}
PATIENCE_S = 180  # a first start makes a cluster and migrates, beside whatever else the machine does


class Run:
    """One `make run` with a state directory of its own; the output goes to a file."""

    def __init__(self, var: Path) -> None:
        self.var = var
        self.output = var / "output.txt"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, target: str = "run", **environment: str) -> None:
        """At a port of its own: another test's product may be about to take the one that both find free."""
        environment = {"PORT": str(processes.free_port())} | environment
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "crm.make", target],
                cwd=CHECKOUT,
                env=self.environment() | environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def environment(self) -> dict[str, str]:
        kept = {key: value for key, value in os.environ.items() if key not in SET_BY_THE_TESTS}
        return kept | {"CRM_VAR": str(self.var), "CRM_DEMO": "0", "CRM_WEB_WORKERS": "1", "PYTHONUNBUFFERED": "1"}

    def manage(self, *arguments: str) -> str:
        """What the command says, run beside the product."""
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(
            command,
            cwd=CHECKOUT,
            env=self.environment(),
            capture_output=True,
            text=True,
            check=True,
            timeout=PATIENCE_S,
        )
        return done.stdout.strip()

    def wait_for(self, text: str, *, seconds: float = PATIENCE_S) -> re.Match[str]:
        def found() -> re.Match[str] | None:
            return re.search(text, self.printed())

        assert processes.wait_until(lambda: found() is not None, seconds=seconds), self.printed()
        match = found()
        assert match is not None
        return match

    def printed(self) -> str:
        return self.output.read_text()

    def url(self) -> str:
        return self.wait_for(r"Baseline CRM: (http://localhost:\d+/)[\s\S]*Ctrl-C\n")[1]

    def ready(self) -> dict[str, str]:
        with urllib.request.urlopen(f"{self.url()}readyz") as answer:
            found: dict[str, str] = json.load(answer)
            return found

    def is_ready(self) -> bool:
        try:
            return self.ready() == READY
        except OSError:
            return False

    def pids(self) -> list[int]:
        """Of the supervisor, the web server, the worker and beat."""
        return [pid for pid, _started in json.loads((self.var / "run.json").read_text())["processes"]]

    def roles_in_use(self) -> set[tuple[str, str]]:
        """(program, role) of every session in its embedded database."""
        known = record.find(self.var)
        assert known is not None
        with psycopg.connect(known.superuser_url) as session:
            return set(session.execute(SESSIONS).fetchall())

    def end(self, number: int = signal.SIGINT) -> int:
        """Ctrl-C, as a terminal sends it: to the whole group."""
        assert self.process is not None
        os.killpg(self.process.pid, number)
        return self.process.wait(timeout=PATIENCE_S)

    def kill(self) -> None:
        """-9 to the supervisor alone."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()
