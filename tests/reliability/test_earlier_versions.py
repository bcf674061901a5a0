"""`make run` on the state directory of an earlier version."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from crm.embedded import record, services
from crm.embedded.places import CHECKOUT
from tests.earlier import fill, one_role
from tests.running import READY, SET_BY_THE_TESTS, Run

NOT_THE_OWNERS = """
SELECT c.relname FROM pg_class c
WHERE c.relnamespace = 'public'::regnamespace AND pg_get_userbyid(c.relowner) <> 'crm_owner'
UNION ALL SELECT p.proname FROM pg_proc p
WHERE p.pronamespace = 'public'::regnamespace AND pg_get_userbyid(p.proowner) <> 'crm_owner'
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
"""


@pytest.fixture
def var() -> Iterator[Path]:
    place = Path(tempfile.mkdtemp(prefix="baseline-earlier-", dir="/var/tmp"))
    place.chmod(0o755)
    yield place
    services.forget(place)
    shutil.rmtree(place)


def manage(var: Path, *arguments: str, **environment: str) -> None:
    kept = {key: value for key, value in os.environ.items() if key not in SET_BY_THE_TESTS}
    command = [sys.executable, "manage.py", *arguments]
    done = subprocess.run(
        command,
        cwd=CHECKOUT,
        env=kept | {"CRM_VAR": str(var)} | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.usefixtures("django_db_setup")
def test_where_one_role_did_all_the_programs_go_on_as_the_application_with_all_data(run: Run, var: Path) -> None:
    was = one_role(var)
    (var / "customers.csv").write_text("external_id,name\n1,Ada\n2,Grace\n")
    load = ("import_file", "customers", str(var / "customers.csv"), "--source", "shop")
    as_it_was = {"DATABASE_URL": was.database_url, "REDIS_URL": was.redis_url}
    if not fill(was):
        manage(var, "migrate", "--verbosity", "0", **as_it_was)
    manage(var, *load, **as_it_was)

    run.start()
    run.wait_for("Ctrl-C\n", seconds=150)  # the server is started twice before
    assert run.ready() == READY

    known = record.find(var)
    assert known is not None
    assert {role for _program, role in run.roles_in_use()} == {"crm"}
    with psycopg.connect(known.owner_url) as session:
        assert session.execute(NOT_THE_OWNERS).fetchall() == []
    (var / "customers.csv").write_text("external_id,name\n2,Grace Hopper\n3,Mary\n")
    manage(var, *load)
    with psycopg.connect(known.database_url) as session:
        names = session.execute("SELECT name FROM customers_customer ORDER BY name").fetchall()
    assert names == [("Ada",), ("Grace Hopper",), ("Mary",)]
