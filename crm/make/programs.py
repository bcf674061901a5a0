"""The programs of the product and how each is kept: its command line, its log, its deaths."""

import contextlib
import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from crm.embedded import processes
from crm.embedded.places import CHECKOUT, var_dir, venv_program

MANY_DEATHS, WITHIN_S = 5, 60.0
BIG_LOG = 10_000_000
STOP_S = 25.0  # a worker's task may need some time to come to an end


def program(name: str) -> str:
    """The console script `name` of the virtual environment, or of the environment we run in where there is none."""
    ours = venv_program(name)
    return str(ours if ours.exists() else Path(sys.executable).parent / name)


def web_command(*, host: str, port: int) -> list[str]:
    workers, threads = os.environ.get("CRM_WEB_WORKERS") or "2", os.environ.get("CRM_WEB_THREADS") or "4"
    options = ["--worker-class", "crm.web_worker.Worker", "--workers", workers, "--threads", threads, "--timeout", "60"]
    options += ["--graceful-timeout", "10", "--max-requests", "20000", "--max-requests-jitter", "2000"]
    options += ["--keep-alive", "15"]  # seconds; who waits there holds no thread
    return [program("gunicorn"), "crm.wsgi", "--bind", f"{host}:{port}", "--no-control-socket", *options]


def developing_web_command(*, host: str, port: int) -> list[str]:
    """Django's own server: it starts itself anew when code or a template changes, and waits at a syntax error."""
    return [program("python"), "manage.py", "runserver", f"{host}:{port}"]


def worker_command() -> list[str]:
    processes_wanted = os.environ.get("CRM_WORKER_PROCESSES") or "2"
    options = ["--concurrency", processes_wanted, "--prefetch-multiplier", "1", "--loglevel", "INFO"]
    return [program("celery"), "-A", "crm.celery", "worker", *options, "--without-gossip", "--without-mingle"]


def beat_command() -> list[str]:
    return [program("celery"), "-A", "crm.celery", "beat", "--loglevel", "INFO", "--pidfile", ""]


@dataclass
class Child:
    """One program we keep alive.

    `reloads`: it sees changed code by itself. `waits`: it died, and starts again when the database is back. `deaths`:
    the moments it died lately of itself.
    """

    name: str
    command: list[str]
    log: Path
    reloads: bool = False
    waits: bool = False
    process: subprocess.Popen[bytes] | None = None
    deaths: list[float] = field(default_factory=list)

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                cwd=CHECKOUT,
                env=self.environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=processes.die_with_parent,  # noqa: PLW1509  the supervisor has no threads
            )

    def environment(self) -> dict[str, str]:
        """Ours without the address of the database's owner: that is for the migrations that went before."""
        return {key: value for key, value in os.environ.items() if key != "DATABASE_OWNER_URL"} | {
            "CRM_PROCESS": self.name
        }

    def died(self) -> int | None:
        """Its exit code when it has ended."""
        return self.process.poll() if self.process else None

    def note_death(self, now: float) -> bool:
        """Remember a death; whether they are too many."""
        self.deaths = [moment for moment in self.deaths if now - moment < WITHIN_S] + [now]
        return len(self.deaths) >= MANY_DEATHS

    def last_words(self) -> str:
        with contextlib.suppress(OSError):
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-15:])
        return ""


def children(*, host: str, port: int, development: bool = False) -> list[Child]:
    """Web, worker and beat, not yet started."""
    log = var_dir() / "log"
    log.mkdir(parents=True, exist_ok=True)
    web = developing_web_command if development else web_command
    made = [
        Child("web", web(host=host, port=port), log / "web.log", reloads=True),
        Child("worker", worker_command(), log / "worker.log"),
        Child("beat", beat_command(), log / "beat.log"),
    ]
    for child in made:
        if child.log.exists() and child.log.stat().st_size > BIG_LOG:
            child.log.replace(child.log.with_suffix(".log.old"))
    return made


def stop(children: list[Child]) -> None:
    """In their order: web first, so that no new work comes. All within their patience, then killed."""
    alive = [child.process for child in children if child.process and child.died() is None]
    for process in alive:
        process.terminate()
    deadline = time.monotonic() + STOP_S
    for process in alive:
        try:
            process.wait(timeout=max(deadline - time.monotonic(), 0.1))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
