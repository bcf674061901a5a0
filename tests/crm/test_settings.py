import os
import re
import subprocess
import sys

from crm.embedded.places import CHECKOUT

CHOSEN_BY_THE_TESTS = {"DJANGO_SETTINGS_MODULE", "SECRET_KEY", "DJANGO_ALLOW_ASYNC_UNSAFE"}


def manage(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=CHECKOUT,
        env={key: value for key, value in os.environ.items() if key not in CHOSEN_BY_THE_TESTS} | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_deployment_check_is_clean_in_production() -> None:
    secret = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
    done = manage("check", "--deploy", "--fail-level", "DEBUG", CRM_ENV="production", SECRET_KEY=secret, DEBUG="0")
    assert (done.returncode, done.stdout) == (0, "System check identified no issues (0 silenced).\n"), done.stderr


def test_production_insists_on_a_secret() -> None:
    done = manage("check", CRM_ENV="production")
    assert done.returncode != 0
    assert "SECRET_KEY must be set in production" in done.stderr


def test_every_variable_that_is_read_is_in_the_example() -> None:
    read = set(re.findall(r"env\.\w+\(\s*\"([A-Z_]+)\"", (CHECKOUT / "crm" / "settings.py").read_text()))
    for source in [*(CHECKOUT / "crm").glob("embedded/*.py"), *(CHECKOUT / "crm").glob("make/*.py")]:
        read |= set(re.findall(r"environ(?:\.get\(|\[)\s*\"([A-Z_]+)\"", source.read_text()))
        read |= set(re.findall(r"chosen_port\(\"([A-Z_]+)\"", source.read_text()))
    from_outside = {"PATH", "CI", "MAKELEVEL", "YES", "ARGS"}
    ours_alone = {"CRM_PROCESS", "DATABASE_POOL", "CRM_TESTING"}
    listed = re.findall(r"^#? ?([A-Z_]+)=", (CHECKOUT / ".env.example").read_text(), flags=re.MULTILINE)
    assert sorted(listed) == sorted(read - from_outside - ours_alone)
