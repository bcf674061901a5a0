"""On a server of one's own, as docs/operations.md says: from one role that does all to two."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.conf import settings

from crm.embedded.places import CHECKOUT
from tests.database import superuser

ONE, OWNER = f"one_{os.getpid()}", f"Owner.{os.getpid()}"  # of a name that is only itself between quotes
OWNERS = """
SELECT DISTINCT pg_get_userbyid(c.relowner)::text FROM pg_class c
WHERE c.relnamespace IN ('public'::regnamespace, 'staging'::regnamespace)
"""
# What the application does with the rights it has.
DAILY_WORK = """
from django.core.management import call_command
call_command("import_file", "customers", "{files}/customers.csv", source="shop")
call_command("import_file", "orders", "{files}/orders.csv", source="shop")
call_command("retier")
call_command("recompute")
call_command("change_time_zone", "Asia/Shanghai")
"""


@pytest.fixture
def server() -> Iterator[None]:
    with superuser() as session:
        session.execute(f"CREATE ROLE {ONE} LOGIN PASSWORD 'one'")
        session.execute(f"CREATE DATABASE {ONE} OWNER {ONE}")
        yield
        session.execute(f"DROP DATABASE {ONE} WITH (FORCE)")
        session.execute(f"DROP ROLE {ONE}")
        session.execute(f'DROP ROLE IF EXISTS "{OWNER}"')


def url(role: str, password: str) -> str:
    found = settings.DATABASES["default"]
    return f"postgres://{role}:{password}@{found['HOST']}:{found['PORT']}/{ONE}"


def manage(*arguments: str, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=CHECKOUT,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "crm.settings", "DATABASE_URL": url(ONE, "one")} | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def warnings(*commands: str, **environment: str) -> list[int]:
    """How often each command says that the application may do what the owner may."""
    arguments = {"check": ("--database", "default")}
    return [manage(command, *arguments.get(command, ()), **environment).count("crm.W001") for command in commands]


@pytest.mark.slow
@pytest.mark.usefixtures("server")
def test_one_role_that_does_all_is_named_and_becomes_two(tmp_path: Path) -> None:
    assert warnings("migrate", "prepare", DEBUG="1") == [1, 1]
    with superuser(ONE) as session:
        session.execute("CREATE TABLE staging.import_stage_1 ()")
        session.execute(f"ALTER TABLE staging.import_stage_1 OWNER TO {ONE}")
        session.execute(f"CREATE ROLE \"{OWNER}\" LOGIN PASSWORD 'owner'")
        session.execute(f'REASSIGN OWNED BY {ONE} TO "{OWNER}"')
        session.execute(f"GRANT CREATE ON SCHEMA public TO {ONE}")

    assert warnings("migrate", DATABASE_OWNER_URL=url(OWNER, "owner")) == [0]
    assert "no issues" in manage("check", "--database", "default")
    with psycopg.connect(url(OWNER, "owner")) as session:
        assert session.execute(OWNERS).fetchall() == [(OWNER,)]
        assert session.execute("SELECT to_regclass('staging.import_stage_1')").fetchone() == (None,)

    (tmp_path / "customers.csv").write_text("external_id,name\n1,Ada\n")
    (tmp_path / "orders.csv").write_text(
        "external_id,customer_external_id,placed_at,quantity,unit_price\n1,1,2026-03-01 23:30,1,5\n"
    )
    manage("shell", "--verbosity", "0", "--command", DAILY_WORK.format(files=tmp_path))
    with psycopg.connect(url(ONE, "one")) as session:
        assert session.execute("SELECT has_schema_privilege('public', 'CREATE')").fetchone() == (False,)
        assert session.execute("SELECT day::text FROM customers_order").fetchall() == [("2026-03-02",)]

    _assert_named_while_it_could_become_the_owner()


def _assert_named_while_it_could_become_the_owner() -> None:
    """By whatever migrates. It has no right of the owner's until it says `SET ROLE`."""
    owner = {"DATABASE_OWNER_URL": url(OWNER, "owner"), "DEBUG": "1"}
    with superuser() as session:
        session.execute(f"ALTER ROLE {ONE} NOINHERIT")
        session.execute(f'GRANT "{OWNER}" TO {ONE}')
    assert warnings("prepare", **owner) == [1]
    assert warnings("check") == [1]

    with superuser() as session:
        session.execute(f'REVOKE "{OWNER}" FROM {ONE}')
    assert warnings("prepare", **owner) == [0]
