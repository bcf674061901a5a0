"""`make dev`: what a developer changes is what runs."""

import os
import urllib.request
from pathlib import Path

from crm.embedded import processes
from crm.embedded.places import CHECKOUT
from tests.running import READY, Run


def test_changed_code_is_loaded_and_static_files_come_from_their_sources(run: Run, var: Path) -> None:
    run.start("dev")
    assert run.ready() == READY
    with urllib.request.urlopen(f"{run.url()}static/css/baseline.css") as answer:
        assert answer.read() == (CHECKOUT / "static" / "css" / "baseline.css").read_bytes()

    _supervisor, web, worker, beat = run.pids()
    assert any(web_reloads(var) for _ in range(10))
    assert processes.wait_until(lambda: {worker, beat}.isdisjoint(run.pids()), seconds=30), run.printed()
    assert web in run.pids()  # it is its child that is new
    assert processes.wait_until(run.is_ready, seconds=30)

    everything = run.pids()
    assert run.end() == 0
    assert [pid for pid in everything if processes.is_alive(pid)] == []


def web_reloads(var: Path) -> bool:
    """Touch a file; Django's server sees it if it had begun to look."""
    os.utime(CHECKOUT / "crm" / "celery.py")
    return processes.wait_until(lambda: "reloading" in (var / "log" / "web.log").read_text(), seconds=3)
