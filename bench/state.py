"""A database and a state directory of the benchmarks' own, so that they never touch the product's."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

import django
import psycopg
from django.db import connection
from psycopg import sql

from crm.embedded import services as embedded
from crm.embedded.places import load_dotenv, var_dir
from crm.owner import as_owner

SUFFIX = "_bench"


@contextmanager
def services() -> Iterator[None]:
    """Servers up and Django set up: embedded ones under `<state>/bench`, or a database beside `DATABASE_URL`'s."""
    load_dotenv()
    var = var_dir() / "bench"
    var.mkdir(parents=True, exist_ok=True)
    os.environ |= {"CRM_VAR": str(var), "CRM_PROCESS": "manage"}
    for role in ("DATABASE_OWNER_URL", "DATABASE_URL"):
        if os.environ.get(role):
            os.environ[role] = _beside(os.environ[role])
    embedded.start(var)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
    django.setup()
    try:
        yield
    finally:
        embedded.stop(var)


def _beside(url: str) -> str:
    """The address of the benchmarks' database on that server; made if it is not there."""
    parts = urlsplit(url)
    name = parts.path.strip("/").removesuffix(SUFFIX) + SUFFIX
    with psycopg.connect(url, autocommit=True) as server:
        if not server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return urlunsplit(parts._replace(path=f"/{name}"))


def empty_database() -> None:
    """Everything in the benchmarks' own database goes."""
    own_server = not os.environ.get("DATABASE_URL")
    assert own_server or str(connection.settings_dict["NAME"]).endswith(SUFFIX)
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA IF EXISTS staging CASCADE; DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    connection.close()
