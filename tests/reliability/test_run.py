"""`make run` from outside: what it prints, what it survives, what it leaves behind."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

from crm.embedded import processes, services
from crm.embedded.places import CHECKOUT
from tests.running import PATIENCE_S, READY, Run


def test_it_serves_as_the_application_keeps_its_programs_and_runs_once(run: Run, var: Path) -> None:
    run.start()
    assert run.ready() == READY
    wanted = {("web", "crm"), ("worker", "crm"), ("beat", "crm")}
    assert processes.wait_until(lambda: run.roles_in_use() == wanted, seconds=30), run.roles_in_use()

    worker = run.pids()[2]
    os.kill(worker, signal.SIGKILL)
    run.wait_for(r"The worker process died \(exit code -9\); starting it again")
    assert processes.wait_until(lambda: run.pids()[2] != worker, seconds=10)
    assert processes.is_alive(run.pids()[2])

    second = make("run", var)
    assert (second.returncode, second.stderr) == (2, f"\nIt already runs at {run.url()}. Stop it with: make stop\n")
    assert make("stop", var).returncode == 0
    assert run.process is not None
    assert run.process.wait(timeout=PATIENCE_S) == 0
    assert services.running(var) is False


def test_after_kill_9_the_next_start_cleans_up_keeps_the_data_and_ends_at_ctrl_c(run: Run, var: Path) -> None:
    run.start()
    assert run.ready() == READY
    before = run.pids()
    run.kill()
    run.start()
    assert run.ready() == READY
    assert [pid for pid in before if processes.is_alive(pid)] == []

    pids = run.pids()
    assert len(pids) == 4
    assert run.end() == 0
    assert run.printed().endswith("Stopping …\nStopped.\n")
    assert [pid for pid in pids if processes.is_alive(pid)] == []
    assert services.running(var) is False
    assert not (var / "run.json").exists()


def make(target: str, var: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "crm.make", target],
        cwd=CHECKOUT,
        env=os.environ | {"CRM_VAR": str(var)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_taken_port_is_named(run: Run) -> None:
    port = processes.free_port()
    with socket.create_server(("127.0.0.1", port)):
        run.start(PORT=str(port))
        assert run.process is not None
        assert run.process.wait(timeout=PATIENCE_S) == 2
    assert run.printed() == (
        f"\nPort {port} is taken by another program. Choose another with PORT=N, or leave PORT unset and a free one is "
        "found.\n"
    )


def test_a_child_that_keeps_dying_stops_all_with_its_last_words(run: Run, var: Path) -> None:
    run.start(CRM_WORKER_PROCESSES="many")
    assert run.process is not None
    assert run.process.wait(timeout=90) == 2
    assert "The worker process keeps dying (exit code 2), so everything was stopped." in run.printed()
    assert "must be a non-negative integer or 'auto', got 'many'" in run.printed()
    assert services.running(var) is False
