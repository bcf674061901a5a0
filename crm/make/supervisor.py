"""`make run` and `make dev`: web, worker and beat as children in one foreground process group."""

import contextlib
import os
import signal
import subprocess

from crm.embedded import processes, record, services
from crm.embedded.places import CHECKOUT, var_dir
from crm.embedded.problems import Problem
from crm.make import leftovers, programs, watching
from crm.make.programs import Child
from crm.make.setup import say

DEFAULT_PORT = 8000


class Stopped(Exception):
    """Ctrl-C or a request to end."""


def host() -> str:
    return os.environ.get("HOST") or "127.0.0.1"


def web_port() -> int:
    """`PORT`, which must be free, or 8000, or any free port."""
    wanted = os.environ.get("PORT", "")
    if wanted:
        port = record.port_number(wanted, "PORT")
        if not processes.is_free(port, host=host()):
            raise record.port_taken(port, "PORT")
        return port
    return DEFAULT_PORT if processes.is_free(DEFAULT_PORT, host=host()) else processes.free_port()


def run(*, development: bool = False) -> None:
    """Start everything and stay in the foreground until asked to stop or a program keeps dying."""
    with record.locked(var_dir(), "run", wait=False) as alone:
        if alone:
            _run_alone(development=development)
            return
    supervisor = leftovers.orphaned_supervisor()
    if not supervisor:
        raise Problem(f"It already runs{leftovers.address_of_running()}. Stop it with: make stop")
    processes.stop(supervisor, seconds=40)
    with record.locked(var_dir(), "run"):
        _run_alone(development=development)


def _run_alone(*, development: bool) -> None:
    leftovers.stop_leftovers(var_dir())
    port = web_port()  # before the work, so that a taken one is named at once
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, _raise_stopped)
    if os.environ.get("MAKELEVEL"):
        processes.die_with_parent()
    started: list[Child] = []
    try:
        leftovers.remember(started, port)
        services.start()
        prepare("--demo")
        port = web_port()  # again: preparing may have taken minutes
        started += programs.children(host=host(), port=port, development=development)
        for child in started:
            child.start()
        leftovers.remember(started, port)
        _announce(port, started[0])
        watching.watch(started, port, development=development)
    except Stopped:
        say("Stopping …")
    finally:
        _ignore_signals()
        programs.stop(started)
        services.stop()
        leftovers.forget()
    say("Stopped.")


def prepare(*arguments: str) -> None:
    """Migrations and static files; with `--demo` the demo company when the database is empty."""
    command = [programs.program("python"), "manage.py", "prepare", *arguments]
    if subprocess.run(command, cwd=CHECKOUT, check=False).returncode:
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


def _raise_stopped(number: int, frame: object) -> None:
    raise Stopped


def _ignore_signals() -> None:
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
