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


@pytest.mark.slow
@pytest.mark.usefixtures("server")
def test_one_role_that_does_all_is_named_and_becomes_two(tmp_path: Path) -> None:
    for command in ("migrate", "prepare"):
        assert manage(command, DEBUG="1").count("crm.W001") == 1
    with superuser(ONE) as session:
        session.execute("CREATE TABLE staging.import_stage_1 ()")
        session.execute(f"ALTER TABLE staging.import_stage_1 OWNER TO {ONE}")
        session.execute(f"CREATE ROLE \"{OWNER}\" LOGIN PASSWORD 'owner'")
        session.execute(f'REASSIGN OWNED BY {ONE} TO "{OWNER}"')
        session.execute(f"GRANT CREATE ON SCHEMA public TO {ONE}")

    assert "crm.W001" not in manage("migrate", DATABASE_OWNER_URL=url(OWNER, "owner"))
    assert "no issues" in manage("check", "--database", "default")
    with psycopg.connect(url(OWNER, "owner")) as session:
        assert session.execute(OWNERS).fetchall() == [(OWNER,)]
        assert session.execute("SELECT to_regclass('staging.import_stage_1')").fetchone() == (None,)

    (tmp_path / "customers.csv").write_text("external_id,name\n1,Ada\n")
    (tmp_path / "orders.csv").write_text(
        "external_id,customer_external_id,placed_at,quantity,unit_price\n1,1,2026-03-01 23:30,1,5\n"
    )
    manage("import_file", "customers", str(tmp_path / "customers.csv"), "--source", "shop")
    manage("import_file", "orders", str(tmp_path / "orders.csv"), "--source", "shop")
    manage("retier")
    manage("recompute")
    manage("change_time_zone", "Asia/Shanghai")
    with psycopg.connect(url(ONE, "one")) as session:
        assert session.execute("SELECT has_schema_privilege('public', 'CREATE')").fetchone() == (False,)
        assert session.execute("SELECT day::text FROM customers_order").fetchall() == [("2026-03-02",)]


@pytest.mark.slow
@pytest.mark.usefixtures("server")
def test_an_application_that_could_become_the_owner_is_named_by_whatever_migrates() -> None:
    """It has no right of the owner's until it says `SET ROLE`."""
    owner = {"DATABASE_OWNER_URL": url(OWNER, "owner"), "DEBUG": "1"}
    with superuser() as session:
        session.execute(f"CREATE ROLE \"{OWNER}\" LOGIN PASSWORD 'owner'")
        session.execute(f'ALTER DATABASE {ONE} OWNER TO "{OWNER}"')
        session.execute(f"ALTER ROLE {ONE} NOINHERIT")
        session.execute(f'GRANT "{OWNER}" TO {ONE}')
    assert manage("migrate", **owner).count("crm.W001") == 1
    assert manage("prepare", **owner).count("crm.W001") == 1
    assert manage("check", "--database", "default").count("crm.W001") == 1

    with superuser() as session:
        session.execute(f'REVOKE "{OWNER}" FROM {ONE}')
    assert "crm.W001" not in manage("migrate", **owner)
    assert "crm.W001" not in manage("prepare", **owner)
