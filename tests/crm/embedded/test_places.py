import os
from pathlib import Path

import pytest

from crm.embedded.places import load_dotenv


def test_dotenv_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("T_PLAIN", "T_QUOTED", "T_EXPORTED", "T_EMPTY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("T_SET", "before")
    lines = ["# T_COMMENT=no", "T_PLAIN=a=b # why", "T_QUOTED='with # inside'", 'export T_EXPORTED="x"']
    (tmp_path / ".env").write_text("\n".join([*lines, "T_EMPTY=", "T_SET=after", "", "nothing", ""]))
    load_dotenv(tmp_path / ".env")
    found = {
        name: os.environ.get(name) for name in ("T_PLAIN", "T_QUOTED", "T_EXPORTED", "T_EMPTY", "T_SET", "T_COMMENT")
    }
    assert found == {
        "T_PLAIN": "a=b",
        "T_QUOTED": "with # inside",
        "T_EXPORTED": "x",
        "T_EMPTY": "",
        "T_SET": "before",
        "T_COMMENT": None,
    }
