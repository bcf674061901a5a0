"""What a look that was killed leaves in temporary folders: records of everybody, which nobody would ever delete."""

import os
import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import gettempdir
from typing import Final

from customers.identity.matching.finding import ASIDE
from customers.identity.matching.spark import FOLDER, SHARED, TABLE

DEAD_AFTER: Final = timedelta(days=1)
"""Other installations may look on this machine, and none for so long without writing."""


def clear(*, now: datetime) -> int:
    """Delete them; → how many folders. Under `locks.MATCHING`."""
    dead = [path for path in _of_looks() if _last_written(path) < (now - DEAD_AFTER).timestamp()]
    for path in dead:
        shutil.rmtree(path, ignore_errors=True)
    return len(dead)


def _of_looks() -> Iterator[Path]:
    yield from (path for path in Path(gettempdir()).glob(f"{ASIDE}*") if _is_ours(path))
    shared = Path(os.environ.get(FOLDER) or gettempdir()).glob(f"{SHARED}*")
    # Spark calls folders of its own so, too; records lie in ours alone.
    yield from (path for path in shared if _is_ours(path) and (path / f"{TABLE}.parquet").exists())


def _is_ours(path: Path) -> bool:
    try:
        return path.is_dir() and not path.is_symlink() and path.stat().st_uid == os.getuid()
    except OSError:
        return False


def _last_written(path: Path) -> float:
    """The folder, or a file in it."""
    times = []
    for one in (path, *path.glob("*")):
        try:
            times.append(one.lstat().st_mtime)
        except OSError:  # gone meanwhile
            continue
    return max(times, default=0.0)
