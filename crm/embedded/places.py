"""Where things are: the checkout, its state directory, its virtual environment, and the `.env` file."""

import os
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
VENV = CHECKOUT / ".venv"


def load_dotenv(path: Path = CHECKOUT / ".env") -> None:
    """Put the `KEY=value` lines of `path` into the environment; what is set already wins."""
    if not path.is_file():
        return
    for raw in path.read_text(encoding="utf-8").splitlines():
        line = raw.strip().removeprefix("export ").strip()
        key, separator, value = line.partition("=")
        if separator and not line.startswith("#"):
            os.environ.setdefault(key.strip(), _unquoted(value.strip()))


def _unquoted(value: str) -> str:
    quoted = len(value) >= 2 and value[0] == value[-1] and value[0] in "\"'"
    return value[1:-1] if quoted else value.split(" #", 1)[0].rstrip()


def var_dir() -> Path:
    """The directory of all state of this copy: `CRM_VAR`, else `var/` in the checkout."""
    return Path(os.environ.get("CRM_VAR") or CHECKOUT / "var").expanduser().resolve()


def venv_program(name: str) -> Path:
    return VENV / "bin" / name


def site_packages() -> Iterator[Path]:
    """Where installed packages may lie: those of the running interpreter, then those of `.venv`."""
    if sys.prefix != sys.base_prefix:
        yield Path(sysconfig.get_path("purelib"))
    yield from sorted(VENV.glob("lib/python3*/site-packages"))
