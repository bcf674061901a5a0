import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from crm.embedded import services
from tests.running import Run


@pytest.fixture(scope="session")
def var() -> Iterator[Path]:
    """A state directory for one after the other; who comes first starts from nothing."""
    place = Path(tempfile.mkdtemp(prefix="baseline-run-", dir="/var/tmp"))
    place.chmod(0o755)
    yield place
    services.forget(place)
    shutil.rmtree(place)


@pytest.fixture
def run(var: Path) -> Iterator[Run]:
    made = Run(var)
    yield made
    if made.process and made.process.poll() is None:
        made.end(signal.SIGTERM)
