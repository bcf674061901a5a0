from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine

from tests.conftest import NOON
from tests.customers.importing.feeds.https import Site, serving
from tests.customers.importing.feeds.world import Clock


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A root that the environment allows."""
    root = tmp_path / "feeds"
    root.mkdir()
    monkeypatch.setenv("CRM_FEED_FOLDERS", str(root))
    return root


@pytest.fixture(autouse=True)
def own_uploads(tmp_path: Path, settings: object) -> None:
    settings.MEDIA_ROOT = tmp_path / "uploads"  # type: ignore[attr-defined]


@pytest.fixture
def clock() -> Iterator[Clock]:
    """Noon, until it is put on."""
    with time_machine.travel(NOON, tick=False) as traveller:
        yield Clock(traveller)


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """A server that the environment names, whose authority it trusts."""
    with serving(tmp_path / "site") as found:
        monkeypatch.setenv("CRM_FEED_CA_FILE", str(tmp_path / "site/ca.pem"))
        monkeypatch.setenv("CRM_FEED_HOSTS", f"localhost:{found.port},127.0.0.1:{found.port}")
        yield found
