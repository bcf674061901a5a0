"""Which programs know the role that owns the tables: commands do; what serves does not, however it is started."""

import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest

from crm.embedded.places import CHECKOUT
from crm.make.programs import program

IN_PRODUCTION = re.findall(r"`((?:gunicorn|celery) [^`]+)`", (CHECKOUT / "README.md").read_text(encoding="utf-8"))
SETTINGS = """
import os, sys
from crm.settings import *
known = [CRM_DATABASE_OWNER and CRM_DATABASE_OWNER["USER"], os.environ.get("DATABASE_OWNER_URL")]
texts = {name: value for name, value in vars(sys.modules["crm.settings"]).items() if isinstance(value, str)}
hidden = [name for name, value in texts.items() if "of-the-owner" in value]
os.write(1, f"{known} {hidden}\\n".encode())
os._exit(3)  # gunicorn takes it for a program that cannot start, and ends
"""
pytestmark = pytest.mark.slow  # each starts programs
URL, OWNER_URL = "postgres://crm:one@127.0.0.1:1/crm", "postgres://crm_owner:of-the-owner@127.0.0.1:1/crm"


def told(command: str, place: Path, **environment: str) -> str:
    """What a program knows once it has read its settings; it ends there."""
    (place / "telling.py").write_text(SETTINGS)
    kept = {key: value for key, value in os.environ.items() if key != "CRM_PROCESS"}
    own = {
        "DJANGO_SETTINGS_MODULE": "telling",
        "PYTHONPATH": f"{place}:{CHECKOUT}",
        "GUNICORN_CMD_ARGS": "--bind 127.0.0.1:0 --no-control-socket",
        "DATABASE_URL": URL,
        "DATABASE_OWNER_URL": OWNER_URL,
    }
    name, *arguments = shlex.split(command)
    done = subprocess.run(
        [program(name), *arguments],
        cwd=CHECKOUT,
        env=kept | own | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 3, done.stderr
    return done.stdout.strip()


def test_the_readme_names_what_serves() -> None:
    assert [command.split()[0] for command in IN_PRODUCTION] == ["gunicorn", "celery", "celery"]


@pytest.mark.parametrize("command", [*IN_PRODUCTION, "python manage.py runserver --noreload"])
def test_what_serves_does_not_know_the_owner(command: str, tmp_path: Path) -> None:
    assert told(command, tmp_path) == "[None, None] []"


def test_the_web_server_does_not_know_the_owner_though_its_shell_is_a_command_s(tmp_path: Path) -> None:
    assert told(IN_PRODUCTION[0], tmp_path, CRM_PROCESS="manage") == "[None, None] []"


def test_a_command_knows_the_owner_and_so_do_those_it_starts(tmp_path: Path) -> None:
    assert told("python manage.py check", tmp_path).startswith(f"['crm_owner', '{OWNER_URL}']")
