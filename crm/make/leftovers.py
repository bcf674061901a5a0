"""Who runs for this copy, kept in `run.json`: for `make stop`, and for the start after a kill -9."""

import json
import os
from pathlib import Path

from crm.embedded import processes
from crm.embedded.places import var_dir
from crm.make.programs import Child


def remember(started: list[Child], port: int) -> None:
    pids = [os.getpid()] + [child.process.pid for child in started if child.process]
    found = [[pid, processes.started(pid)] for pid in pids]
    known = {"port": port, "parent": os.getppid(), "processes": found}
    draft = var_dir() / "run.json.new"
    draft.write_text(json.dumps(known))
    draft.replace(var_dir() / "run.json")


def forget() -> None:
    (var_dir() / "run.json").unlink(missing_ok=True)


def _remembered(var: Path) -> tuple[list[int], int | None]:
    """(the remembered processes that still run, supervisor first; the web port)."""
    try:
        known = json.loads((var / "run.json").read_text())
        return [pid for pid, start in known["processes"] if start and processes.started(pid) == start], known["port"]
    except (OSError, ValueError, KeyError, TypeError):
        return [], None


def orphaned_supervisor() -> int | None:
    """The running supervisor, if the `make` that started it was killed, so that nobody can press Ctrl-C any more."""
    pids, _port = _remembered(var_dir())
    try:
        known = json.loads((var_dir() / "run.json").read_text())
    except (OSError, ValueError):
        return None
    return pids[0] if pids and processes.parent(pids[0]) != known["parent"] else None


def address_of_running() -> str:
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
