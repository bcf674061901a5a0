"""What an earlier version has left behind."""

import json
import os
from pathlib import Path
from subprocess import CompletedProcess

import psycopg

from crm.embedded import postgres_server, processes, record, redis_server
from crm.embedded.account import server_account, server_home
from crm.embedded.postgres_server import Cluster, Programs
from crm.embedded.roles import SUPERUSER
from tests import database


def one_role(var: Path) -> record.Record:
    """A state directory of the version with one role: its superuser `crm` runs, and owns the empty database."""
    account = server_account()
    home = server_home(var=var, account=account)
    cluster, password = Cluster(home, account, durable=False), record.new_password()
    programs, port = postgres_server.programs_for(cluster), processes.free_port()
    _make(cluster, programs, password)
    postgres_server.start(cluster, programs=programs, port=port)
    redis_port, redis_password = processes.free_port(), record.new_password()
    redis_server.start(redis_server.RedisServer(home, account), port=redis_port, password=redis_password)
    then = {
        "postgres": {"port": port, "password": password, "home": str(home)},
        "redis": {"port": redis_port, "password": redis_password, "home": str(home)},
    }
    (var / "services.json").write_text(json.dumps(then))
    found = record.find(var)
    assert found is not None
    with psycopg.connect(found.database_url.removesuffix("/crm") + "/postgres", autocommit=True) as session:
        session.execute("CREATE DATABASE crm")
    return found


def fill(found: record.Record) -> bool:
    """Make all that migrations make, as the one role: a copy of what they have made for the tests takes a tenth of
    their time. False where the tests are on a server of one's own, which may be of another version.
    """
    theirs = record.find(Path(os.environ["CRM_VAR"]))
    if theirs is None or os.environ.get("DATABASE_URL"):
        return False
    cluster = Cluster(Path(found.postgres.home), server_account())
    bin_dir = postgres_server.programs_for(cluster).bin
    what = ["--no-owner", "--no-privileges", "--exclude-schema=as_migrated"]
    with database.template() as template:
        there = ["-h", "127.0.0.1", "-p", str(theirs.postgres.port), "-U", SUPERUSER, template]
        dump = _run(cluster, [str(bin_dir / "pg_dump"), *what, *there], password=theirs.superuser_password)
    here = ["-h", "127.0.0.1", "-p", str(found.postgres.port), "-U", "crm", "crm"]
    load = [str(bin_dir / "psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", *here]
    _run(cluster, load, password=found.postgres.password, standard_input=dump.stdout)
    return True


def _run(cluster: Cluster, command: list[str], *, password: str, standard_input: str = "") -> CompletedProcess[str]:
    done = postgres_server.run(cluster, command, password=password, standard_input=standard_input)
    assert done.returncode == 0, done.stdout[-2000:]
    return done


def _make(cluster: Cluster, programs: Programs, password: str) -> None:
    secret = cluster.home / "password"
    cluster.account.own_dir(cluster.data)
    cluster.account.own_file(secret, password)
    options = ["-U", "crm", "--auth=scram-sha-256", f"--pwfile={secret}", "--encoding=UTF8", "--locale=C.UTF-8"]
    initdb = [str(programs.bin / "initdb"), "-D", str(cluster.data), *options, "--no-sync"]
    made = postgres_server.run(cluster, initdb)
    assert made.returncode == 0, made.stdout
    with (cluster.data / "postgresql.conf").open("a", encoding="utf-8") as conf:
        conf.write("\ninclude = 'baseline.conf'\n")
