"""A pytest plugin that tries each mutant of a module in a fork of the session that has collected the tests.

`-p scripts.mutants` with `MUTATED`, the module's path, and `SURVIVORS`, the file that gets how many mutants there were
and which survived. A fork takes the mutated source into the module that is loaded, and into whoever imported its names.
Names that were kept otherwise stay as they were, so a mutant may survive here that a fresh process kills; not the other
way round, since the first fork takes in the module unchanged and its tests have to pass.
"""

import difflib
import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

import pytest
from _pytest.main import pytest_runtestloop as run_tests
from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names

TIMEOUT_S = 120


class Mutant(NamedTuple):
    """The whole source, and what of it is changed, as added and removed lines."""

    source: str
    change: str


def mutants(source: str) -> Iterator[Mutant]:
    """By the operators of cosmic-ray that need no arguments."""
    tree = get_ast(source)
    for operator in (get_operator(name)() for name in operator_names() if not get_operator(name).arguments()):
        places = sum(len(list(operator.mutation_positions(node))) for node in ast_nodes(tree))
        for place in range(places):
            mutated = mutate_code(source, operator, place)
            yield Mutant(mutated, _change(source, mutated))


def _change(before: str, after: str) -> str:
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=0)
    return "\n".join(line for line in lines if line[:1] in "+-" and line[:3] not in {"+++", "---"})


def take_in(module: ModuleType, source: str) -> None:
    """Run the source in the loaded module, and give what it made to all modules that had its names from it."""
    before = dict(vars(module))
    exec(compile(source, str(module.__file__), "exec"), vars(module))  # noqa: S102 - it is this module's own
    for other in list(sys.modules.values()):
        for name, value in list(getattr(other, "__dict__", {}).items()):
            if name in before and value is before[name] and not name.startswith("__"):
                vars(other)[name] = vars(module)[name]


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool:
    path = Path(os.environ["MUTATED"])
    module, source = import_module(".".join(path.with_suffix("").parts)), path.read_text(encoding="utf-8")

    def passes(tried: str) -> bool:
        return _in_a_fork(lambda: _pass(session, module, tried))

    if not passes(source):
        raise pytest.UsageError(f"The tests do not pass with {path} as it is.")
    all_of_them = list(mutants(source))
    survivors = [mutant for mutant in all_of_them if passes(mutant.source)]
    told = {"mutants": len(all_of_them), "survivors": survivors}
    Path(os.environ["SURVIVORS"]).write_text(json.dumps(told), encoding="utf-8")
    return True


def _pass(session: pytest.Session, module: ModuleType, source: str) -> bool:
    take_in(module, source)
    try:
        run_tests(session)
    finally:
        session._setupstate.teardown_exact(None)  # noqa: SLF001 - the database and servers of the session
    return not session.testsfailed


def _in_a_fork(passes: Callable[[], bool]) -> bool:
    """Whether it came to True in time, in a process of its own."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    signal.alarm(TIMEOUT_S)  # ends the process, as nobody listens
    code = 1
    try:
        code = 0 if passes() else 1
    finally:
        sys.stdout.flush()
        os._exit(code)
