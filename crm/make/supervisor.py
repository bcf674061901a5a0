"""`make run`: web, worker and beat as children in one foreground process group, restarted when they die."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from crm.embedded import processes, record, services
from crm.embedded.places import CHECKOUT, var_dir, venv_program
from crm.embedded.problems import Problem
from crm.make.setup import say

DEFAULT_PORT = 8000
MANY_DEATHS, WITHIN_S = 5, 60.0
BIG_LOG = 10_000_000


def program(name: str) -> str:
    """The console script `name` of the virtual environment, or of the environment we run in where there is none."""
    ours = venv_program(name)
    return str(ours if ours.exists() else Path(sys.executable).parent / name)


def web_command(*, host: str, port: int) -> list[str]:
    workers, threads = os.environ.get("CRM_WEB_WORKERS") or "2", os.environ.get("CRM_WEB_THREADS") or "4"
    options = ["--worker-class", "gthread", "--workers", workers, "--threads", threads, "--timeout", "60"]
    options += ["--graceful-timeout", "10", "--max-requests", "20000", "--max-requests-jitter", "2000"]
    return [program("gunicorn"), "crm.wsgi", "--bind", f"{host}:{port}", "--no-control-socket", *options]


def worker_command() -> list[str]:
    processes_wanted = os.environ.get("CRM_WORKER_PROCESSES") or "2"
    options = ["--concurrency", processes_wanted, "--prefetch-multiplier", "1", "--loglevel", "INFO"]
    return [program("celery"), "-A", "crm.celery", "worker", *options, "--without-gossip", "--without-mingle"]


def beat_command() -> list[str]:
    return [program("celery"), "-A", "crm.celery", "beat", "--loglevel", "INFO", "--pidfile", ""]


@dataclass
class Child:
    """One program we keep alive; `deaths` are the moments it died lately."""

    name: str
    command: list[str]
    log: Path
    process: subprocess.Popen[bytes] | None = None
    deaths: list[float] = field(default_factory=list)

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                cwd=CHECKOUT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=processes.die_with_parent,  # noqa: PLW1509  the supervisor has no threads
            )

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


class Stopped(Exception):
    """Ctrl-C or a request to end."""


def web_port() -> int:
    """`PORT`, which must be free, or 8000, or any free port."""
    wanted = os.environ.get("PORT", "")
    host = os.environ.get("HOST") or "127.0.0.1"
    if wanted:
        port = record.port_number(wanted, "PORT")
        if not processes.is_free(port, host=host):
            raise record.port_taken(port, "PORT")
        return port
    return DEFAULT_PORT if processes.is_free(DEFAULT_PORT, host=host) else processes.free_port()


def children(*, port: int) -> list[Child]:
    log = var_dir() / "log"
    log.mkdir(parents=True, exist_ok=True)
    host = os.environ.get("HOST") or "127.0.0.1"
    made = [
        Child("web", web_command(host=host, port=port), log / "web.log"),
        Child("worker", worker_command(), log / "worker.log"),
        Child("beat", beat_command(), log / "beat.log"),
    ]
    for child in made:
        if child.log.exists() and child.log.stat().st_size > BIG_LOG:
            child.log.replace(child.log.with_suffix(".log.old"))
    return made


def run() -> None:
    """Start everything and stay in the foreground until asked to stop or a program keeps dying."""
    with record.locked(var_dir(), "run", wait=False) as alone:
        if alone:
            _run_alone()
            return
    supervisor = _orphaned_supervisor()
    if not supervisor:
        raise Problem(f"It already runs{_address_of_running()}. Stop it with: make stop")
    processes.stop(supervisor, seconds=40)
    with record.locked(var_dir(), "run"):
        _run_alone()


def _run_alone() -> None:
    stop_leftovers(var_dir())
    port = web_port()  # before the work, so that a taken one is named at once
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, _raise_stopped)
    if os.environ.get("MAKELEVEL"):
        processes.die_with_parent()
    started: list[Child] = []
    try:
        _remember(started, port)
        services.start()
        prepare("--demo")
        port = web_port()  # again: preparing may have taken minutes
        started += children(port=port)
        for child in started:
            child.start()
        _remember(started, port)
        _announce(port, started[0])
        _watch(started, port)
    except Stopped:
        say("Stopping …")
    finally:
        _ignore_signals()
        _stop_all(started)
        services.stop()
        (var_dir() / "run.json").unlink(missing_ok=True)
    say("Stopped.")


def prepare(*arguments: str) -> None:
    """Migrations and static files; with `--demo` the demo company when the database is empty."""
    done = subprocess.run([program("python"), "manage.py", "prepare", *arguments], cwd=CHECKOUT, check=False)
    if done.returncode:
        raise Problem("The database could not be prepared; the lines above say why.")


def _announce(port: int, web: Child) -> None:
    if (
        not processes.wait_until(lambda: processes.answers(port) or web.died() is not None, seconds=60)
        or web.died() is not None
    ):
        raise Problem(f"The web server did not start. Its last words:\n{web.last_words()}")
    say(f"\n  Baseline CRM: http://localhost:{port}/")
    for line in demo_lines():
        say(f"  {line}")
    say(f"  Logs: {web.log.parent}    Stop with Ctrl-C\n")


def demo_lines() -> list[str]:
    """The demo sign-ins, as `prepare` left them when it loaded the demo company."""
    with contextlib.suppress(OSError):
        return (var_dir() / "demo.txt").read_text(encoding="utf-8").splitlines()
    return []


def _watch(started: list[Child], port: int) -> None:
    while True:
        time.sleep(0.5)
        for child in started:
            code = child.died()
            if code is None:
                continue
            if child.note_death(time.monotonic()):
                raise Problem(
                    f"The {child.name} process keeps dying (exit code {code}), so everything was stopped. "
                    f"Its last words:\n{child.last_words()}\nThe whole log: {child.log}"
                )
            say(f"The {child.name} process died (exit code {code}); starting it again. Log: {child.log}")
            time.sleep(min(len(child.deaths), 5) - 1)
            child.start()
            _remember(started, port)


def _raise_stopped(number: int, frame: object) -> None:
    raise Stopped


def _ignore_signals() -> None:
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)


def _stop_all(started: list[Child]) -> None:
    """Web first, so that no new work comes; all within their patience, then killed."""
    alive = [child.process for child in started if child.process and child.died() is None]
    for process in alive:
        process.terminate()
    deadline = time.monotonic() + 25
    for process in alive:
        try:
            process.wait(timeout=max(deadline - time.monotonic(), 0.1))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _remember(started: list[Child], port: int) -> None:
    """Who runs, for `make stop` and for the start after a kill -9."""
    pids = [os.getpid()] + [child.process.pid for child in started if child.process]
    found = [[pid, processes.started(pid)] for pid in pids]
    known = {"port": port, "parent": os.getppid(), "processes": found}
    draft = var_dir() / "run.json.new"
    draft.write_text(json.dumps(known))
    draft.replace(var_dir() / "run.json")


def _remembered(var: Path) -> tuple[list[int], int | None]:
    """(the remembered processes that still run, supervisor first; the web port)."""
    try:
        known = json.loads((var / "run.json").read_text())
        return [pid for pid, start in known["processes"] if start and processes.started(pid) == start], known["port"]
    except (OSError, ValueError, KeyError, TypeError):
        return [], None


def _orphaned_supervisor() -> int | None:
    """The running supervisor, if the `make` that started it was killed, so that nobody can press Ctrl-C any more."""
    pids, _port = _remembered(var_dir())
    try:
        known = json.loads((var_dir() / "run.json").read_text())
    except (OSError, ValueError):
        return None
    return pids[0] if pids and processes.parent(pids[0]) != known["parent"] else None


def _address_of_running() -> str:
    _pids, port = _remembered(var_dir())
    return f" at http://localhost:{port}/" if port else " (or is just starting)"


def stop_leftovers(var: Path) -> list[int]:
    """Stop what a supervisor that was killed left behind; only processes that are surely ours."""
    pids, _port = _remembered(var)
    pids = [pid for pid in pids if pid != os.getpid()]
    for pid in pids:
        processes.stop(pid, seconds=40)
    (var / "run.json").unlink(missing_ok=True)
    return pids
