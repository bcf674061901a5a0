"""What each of several test processes would do for itself, or wait for another to do: done once, before they start."""

import subprocess
import sys
from importlib.util import cache_from_source
from pathlib import Path

import pytest

from crm.embedded import processes
from tests import database

PROBE = Path(__file__).parent / "test_clock.py"


def prepare(config: pytest.Config) -> None:
    """Compile the tests if they are not, and meanwhile begin to make the template of their databases if there is none.

    Whoever needs the template waits for it, and makes it if this was in vain.
    """
    if hasattr(config, "workerinput") or not config.getoption("numprocesses", default=None):
        return
    if not database.has_template():
        make = [sys.executable, "-m", "tests.database"]
        making = subprocess.Popen(make, preexec_fn=processes.die_with_parent)  # noqa: PLW1509  no threads yet
        config.add_cleanup(lambda: making.wait() and None)
    if not is_compiled() and not sys.dont_write_bytecode:
        collect = [sys.executable, "-m", "pytest", "--collect-only", "--quiet", *config.args]
        subprocess.run(collect, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)


def is_compiled(module: Path = PROBE) -> bool:
    """By pytest, which writes more into it than Python does."""
    return any(Path(cache_from_source(str(module))).parent.glob(f"{module.stem}.*-pytest-*.pyc"))
