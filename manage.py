#!/usr/bin/env python3
"""Django's command line, against the services of this checkout (started when they are not up)."""

import importlib.util
import os
import sys
from typing import NoReturn

from crm.embedded import services
from crm.embedded.places import load_dotenv, venv_program
from crm.embedded.problems import Problem, from_os_error

WITHOUT_SERVICES = {"help", "version", "--version", "check", "collectstatic", "makemessages", "compilemessages"}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
    if importlib.util.find_spec("django") is None:
        use_virtual_environment()
    load_dotenv()
    os.environ.setdefault("CRM_PROCESS", "web" if sys.argv[1:2] == ["runserver"] else "manage")
    if sys.argv[1:] and sys.argv[1] not in WITHOUT_SERVICES and "--no-database" not in sys.argv:
        services.start()
    from django.core.management import execute_from_command_line  # noqa: PLC0415 - Django not ready

    execute_from_command_line(sys.argv)


def use_virtual_environment() -> None:
    """Start again under the Python that `make setup` prepared."""
    python = str(venv_program("python"))
    if not os.path.exists(python) or sys.executable == python:  # noqa: PTH110
        raise Problem("Nothing is set up yet. Run: make setup")
    os.execv(python, [python, *sys.argv])  # noqa: S606  the same command line


def could_not_run(sentence: object) -> NoReturn:
    """2 tells scripts that nothing was begun."""
    sys.stderr.write(f"{sentence}\n")
    sys.exit(2)


if __name__ == "__main__":
    try:
        main()
    except Problem as problem:
        could_not_run(problem)
    except OSError as error:
        if isinstance(error, BrokenPipeError | ConnectionError):
            raise
        could_not_run(from_os_error(error))
