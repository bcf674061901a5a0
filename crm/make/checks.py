"""Lint, tests, formatting, benchmarks: the development commands, run inside the virtual environment."""

import os
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import IO

from crm.embedded import services
from crm.embedded.places import CHECKOUT, var_dir, venv_program
from crm.make import browser

PACKAGES = ["crm", "accounts", "customers", "sales", "service", "metrics", "demo", "scripts"]


def call(name: str, *arguments: str, env: dict[str, str] | None = None, to: IO[str] | None = None) -> int:
    """`to` takes what it says, for later: it runs beside other work, which goes first."""
    command = [*(["nice"] if to else []), str(venv_program(name)), *arguments]
    error = subprocess.STDOUT if to else None
    return subprocess.run(command, cwd=CHECKOUT, stdin=None, stdout=to, stderr=error, env=env, check=False).returncode


def manage(*arguments: str) -> int:
    return call("python", "manage.py", *arguments)


def messages() -> int:
    """Update the catalogues from the sources; texts that are gone leave, new ones come in empty."""
    places = ("node_modules", "var", ".venv", "staticfiles", "tests", "bench")
    ignored = [word for place in places for word in ("--ignore", place)]
    return manage("makemessages", "-l", "zh_Hans", "--no-wrap", "--add-location", "file", "--no-obsolete", *ignored)


def lint(to: IO[str] | None = None) -> int:
    """Every check, even after one failed, so that one run shows all there is to do."""
    steps: list[tuple[str, list[str]]] = [
        ("ruff", ["check", "."]),
        ("ruff", ["format", "--check", "."]),
        ("lint-imports", []),
        ("mypy", [package for package in PACKAGES if (CHECKOUT / package).is_dir()]),
    ]
    if (CHECKOUT / "templates").is_dir():
        steps.append(("djlint", ["templates", "--lint", "--quiet"]))
    failed = [" ".join([name, *arguments[:2]]) for name, arguments in steps if call(name, *arguments, to=to)]
    if with_test_services("python", "manage.py", "makemigrations", "--check", "--dry-run", to=to):
        failed.append("makemigrations --check")
    if failed:
        (to or sys.stderr).write(f"Lint failed: {', '.join(failed)}\n")
    return 1 if failed else 0


def with_lint(tests: Callable[[], int]) -> int:
    """Lint beside the tests, which leave a core idle now and then; what it says comes when they have ended."""
    services.start(var_dir() / "test", durable=False)  # by neither of them, that neither stops them under the other
    try:
        with tempfile.TemporaryFile("w+", encoding="utf-8") as said, ThreadPoolExecutor(1) as beside:
            linting = beside.submit(lint, said)
            failed = max(tests(), linting.result())
            said.seek(0)
            sys.stdout.write(said.read())
        return failed
    finally:
        services.stop(var_dir() / "test")


def alone(tests: Callable[[], int]) -> int:
    """The test services are stopped afterwards, so that nothing is left running."""
    try:
        return tests()
    finally:
        services.stop(var_dir() / "test")


FAST = "not slow and not e2e and not reliability"
MEASURED = ["--cov", "--cov-report=term"]  # what is measured and how much is enough: pyproject.toml


def test() -> int:
    """Every test, or those that `ARGS` chooses; browser tests among them need a browser."""
    browser.provide()
    asked = chosen()
    # Many tests wait for processes they have started or killed: three keep two cores busy. Where all is measured there
    # is no hurry, and nobody knows what else the machine does: two leave air to what has a time to be ready in.
    return _pytest(*asked, at_a_time=2 if asked == MEASURED else 3)


def fast_tests() -> int:
    """What a developer waits for before each commit: no browser, nothing that is killed, nothing of a second."""
    return _pytest("-m", FAST, *arguments(), at_a_time=2)


def chosen() -> list[str]:
    """What pytest is asked for. Continuous integration, which asks for everything, is held to the gate of coverage;
    measuring takes longer, so that others ask for it by name.
    """
    return arguments() or (MEASURED if os.environ.get("CI") else [])


def arguments() -> list[str]:
    """What the caller hands on: `make test ARGS="tests/customers -x"`."""
    return shlex.split(os.environ.get("ARGS", ""))


def _pytest(*chosen: str, at_a_time: int) -> int:
    """Several at a time."""
    alone = os.environ.get("PYTEST_XDIST_AUTO_NUM_WORKERS") == "0"
    workers = [] if alone else ["-n", str(at_a_time), "--dist", "worksteal"]
    if call("python", "manage.py", "prepare", "--no-database", env=os.environ | {"DEBUG": "0"}):
        return 1
    own = {"CRM_STATIC_FILES": "collected"}
    if "--cov" in chosen:
        own["CRM_NOTED"] = "workers" if workers else "here"  # tests/notes.py
    return call("python", "-m", "pytest", *workers, *chosen, env=os.environ | own)


def with_test_services(name: str, *arguments: str, to: IO[str] | None = None) -> int:
    """Run a command against the services of the tests, so that linting leaves the product's own ones alone."""
    var = var_dir() / "test"
    was_up = services.running(var)
    services.start(var, durable=False)
    found = services.urls(var)
    env = dict(os.environ)
    if found:
        env.setdefault("DATABASE_URL", found[0])
        env.setdefault("REDIS_URL", found[1])
    try:
        return call(name, *arguments, env=env, to=to)
    finally:
        if not was_up:
            services.stop(var)


def fmt() -> int:
    results = [call("ruff", "check", "--fix", "--quiet", "."), call("ruff", "format", ".")]
    if (CHECKOUT / "templates").is_dir():
        call("djlint", "templates", "--reformat", "--quiet")  # its exit code only says that it changed something
    return max(results)


def bench() -> int:
    return call("python", "-m", "bench", *arguments())
