import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from crm.embedded import services


@pytest.fixture
def own_services(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment names no servers and no ports: the embedded ones are used."""
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "POSTGRES_PORT", "REDIS_PORT", "PORT"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def var(own_services: None) -> Iterator[Path]:
    """A state directory that any user can reach; whatever runs in it is stopped and deleted afterwards."""
    place = Path(tempfile.mkdtemp(prefix="baseline-test-", dir="/var/tmp"))
    place.chmod(0o755)
    yield place
    services.forget(place)
    shutil.rmtree(place)
