import os
import subprocess
import sys
from pathlib import Path

import pytest

from crm.embedded.places import CHECKOUT, load_dotenv


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


def test_set_up_needs_nothing_but_the_standard_library() -> None:
    program = (
        f"import sys; sys.path.insert(0, {str(CHECKOUT)!r}); before = set(sys.modules)\n"
        "import crm.embedded.__main__, crm.embedded.browser\n"
        "names = {name.split('.')[0] for name in set(sys.modules) - before}\n"
        "print(*sorted(names - set(sys.stdlib_module_names)))"
    )
    done = subprocess.run([sys.executable, "-I", "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "crm\n"
