import tomllib

import pytest

from crm.embedded.places import CHECKOUT
from crm.make import checks


def test_a_whole_run_is_held_to_the_gate_of_coverage(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ARGS", raising=False)
    assert "--cov" in checks.chosen()
    coverage = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["tool"]["coverage"]
    assert coverage["run"]["branch"]
    assert coverage["report"]["fail_under"] >= 95


def test_a_part_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARGS", "tests/customers -x -k 'one or two'")
    assert checks.chosen() == ["tests/customers", "-x", "-k", "one or two"]


def test_every_package_is_measured() -> None:
    coverage = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["tool"]["coverage"]
    shipped = [name for name in checks.PACKAGES if name != "scripts" and (CHECKOUT / name).is_dir()]
    assert sorted(coverage["run"]["source"]) == sorted(shipped)
