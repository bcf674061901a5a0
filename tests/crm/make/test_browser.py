from pathlib import Path

import pytest

from crm.make import browser


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only place where programs are looked for."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CHROMIUM", raising=False)
    return tmp_path


def program(place: Path, name: str, *, says: str = "") -> str:
    path = place / name
    path.write_text(f"#!/bin/sh\necho '{says}'\n" if says else "#!/bin/sh\n")
    path.chmod(0o755)
    return str(path)


def test_the_quicker_one_is_taken_unless_another_is_chosen(programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert browser.find() is None
    usual = program(programs, "chromium")
    assert browser.find() == usual
    quicker = program(programs, "chromium-headless-shell")
    assert browser.find() == quicker
    monkeypatch.setenv("CHROMIUM", "chromium")
    assert browser.find() == usual


def test_it_is_installed_where_the_system_has_it(programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(programs, "apt-cache")
    assert not browser.has_quicker_one()
    program(programs, "apt-cache", says="Candidate: 1")
    assert browser.has_quicker_one()
    monkeypatch.setenv("CHROMIUM", "chromium")
    assert not browser.has_quicker_one()
    monkeypatch.delenv("CHROMIUM")
    program(programs, "chromium-headless-shell")
    assert not browser.has_quicker_one()
