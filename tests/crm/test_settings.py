import os
import re
import subprocess
import sys

import pytest

from crm.embedded.places import CHECKOUT

pytestmark = pytest.mark.slow

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


@pytest.mark.parametrize(
    ("secret", "says"),
    [
        ("", "SECRET_KEY must be set in production"),
        ("abc", "SECRET_KEY can be guessed"),
        ("a" * 60, "SECRET_KEY can be guessed"),
        ("django-insecure-0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJ", "SECRET_KEY can be guessed"),
    ],
)
def test_production_insists_on_a_secret(secret: str, says: str) -> None:
    assert_refused(manage("check", CRM_ENV="production", SECRET_KEY=secret), says)


@pytest.mark.parametrize("command", ["check", "migrate"])
def test_an_address_that_is_none_is_named(command: str) -> None:
    assert_refused(manage(command, DATABASE_URL="nonsense"), "DATABASE_URL is not an address")
    assert_refused(manage(command, REDIS_URL="nonsense"), "REDIS_URL is not an address")


def test_an_address_that_is_empty_is_none() -> None:
    """So that a command can leave out what `.env` says."""
    done = manage("diffsettings", "--output", "unified", DATABASE_URL="", DATABASE_OWNER_URL="", REDIS_URL="")
    assert done.returncode == 0, done.stderr
    named = re.compile(r"^\+ +(?:DATABASES = .*('USER': '\w+')|REDIS_URL = '(redis)://)", flags=re.MULTILINE)
    assert named.findall(done.stdout) == [("'USER': 'crm'", ""), ("", "redis")]


def test_the_secrets_of_before_are_told_by_the_environment() -> None:
    done = manage("diffsettings", SECRET_KEY_FALLBACKS="one,two", CRM_SUPPRESSION_KEY="three")
    said = dict(line.split(" = ", 1) for line in done.stdout.splitlines() if " = " in line)
    assert said["SECRET_KEY_FALLBACKS"] == "['one', 'two']"
    assert said["CRM_SUPPRESSION_KEY"].startswith("'three'")


def assert_refused(done: "subprocess.CompletedProcess[str]", says: str) -> None:
    """In one sentence or two on one line, with the exit code of what could not run."""
    assert done.returncode == 2
    assert done.stderr.startswith(says)
    assert done.stderr.count("\n") == 1


def test_every_variable_that_is_read_is_in_the_example() -> None:
    read = set(re.findall(r"env\.\w+\(\s*\"([A-Z_]+)\"", (CHECKOUT / "crm" / "settings.py").read_text()))
    rooms = list((CHECKOUT / "customers").rglob("*.py"))
    for source in rooms:
        read |= set(re.findall(r"_env\.\w+\(\s*\"([A-Z_]+)\"", source.read_text()))
        for names in re.findall(r"^[A-Z_, ]+ = (\"CRM_.*)$", source.read_text(), flags=re.MULTILINE):
            read |= set(re.findall(r"\"([A-Z_]+)\"", names))
    for source in [*(CHECKOUT / "crm").glob("embedded/*.py"), *(CHECKOUT / "crm").glob("make/*.py"), *rooms]:
        read |= set(re.findall(r"environ(?:\.get\(|\[)\s*\"([A-Z_]+)\"", source.read_text()))
        read |= set(re.findall(r"chosen_port\(\"([A-Z_]+)\"", source.read_text()))
    from_outside = {"PATH", "CI", "MAKELEVEL", "YES", "ARGS"}
    ours_alone = {"CRM_PROCESS", "DATABASE_POOL", "CRM_TESTING"}
    listed = re.findall(r"^#? ?([A-Z_]+)=", (CHECKOUT / ".env.example").read_text(), flags=re.MULTILINE)
    assert sorted(listed) == sorted(read - from_outside - ours_alone)
