"""What an earlier version has left behind."""

import json
from pathlib import Path

import psycopg

from crm.embedded import postgres_server, processes, record, redis_server
from crm.embedded.account import server_account, server_home
from crm.embedded.postgres_server import Cluster, Programs


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
