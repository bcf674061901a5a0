import os
from pathlib import Path

import pytest

from crm.make.__main__ import main


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ({}, {}),
        ({"PYTHONPYCACHEPREFIX": "/else"}, {"PYTHONPYCACHEPREFIX": "/else"}),
        ({"PYTHONDONTWRITEBYTECODE": "1"}, {"PYTHONPYCACHEPREFIX": "{var}/compiled"}),
        ({"PYTHONDONTWRITEBYTECODE": "1", "PYTHONPYCACHEPREFIX": "/else"}, {"PYTHONPYCACHEPREFIX": "/else"}),
    ],
)
def test_what_is_compiled_is_kept_if_not_beside_the_sources_then_in_the_state_directory(
    said: dict[str, str], found: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "environ", {"CRM_VAR": str(tmp_path), **said})
    assert main(["help"]) == 0
    kept = {name: value for name, value in os.environ.items() if name.startswith("PYTHON")}
    assert kept == {name: value.format(var=tmp_path) for name, value in found.items()}
