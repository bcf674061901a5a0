import tomllib

import pytest

from crm.embedded.places import CHECKOUT
from crm.make import checks


def test_a_whole_run_in_continuous_integration_is_held_to_the_gate_of_coverage(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("ARGS", raising=False)
    monkeypatch.setenv("CI", "true")
    assert "--cov" in checks.chosen()
    assert "export CI=true\nexec make test" in (CHECKOUT / ".ci" / "run").read_text()
    coverage = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["tool"]["coverage"]
    assert coverage["run"]["branch"]
    assert coverage["report"]["fail_under"] >= 95


def test_elsewhere_everything_is_run_and_nothing_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ARGS", "CI"):
        monkeypatch.delenv(name, raising=False)
    assert checks.chosen() == []


def test_nor_is_a_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    monkeypatch.setenv("ARGS", "tests/customers -x -k 'one or two'")
    assert checks.chosen() == ["tests/customers", "-x", "-k", "one or two"]


def test_every_package_is_measured() -> None:
    coverage = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["tool"]["coverage"]
    shipped = [name for name in checks.PACKAGES if name != "scripts" and (CHECKOUT / name).is_dir()]
    assert sorted(coverage["run"]["source"]) == sorted(shipped)
