"""Who may do what in the embedded database: three roles, so that the product cannot change what proves its figures.

| role | owns | is used by |
|---|---|---|
| `postgres` | the cluster | this module alone |
| `crm_owner` | the database and all in it | migrations, and what else changes tables (`crm.owner`) |
| `crm` | nothing but what it stages | pages, jobs, commands: they read and write rows, as `crm.granting` allows |

Clusters made before there were three have `crm` for all: it is renamed to `postgres`, what it had goes to the owner.
"""

import subprocess
from dataclasses import dataclass

from crm.embedded.postgres_server import Cluster, Programs, failed, run

SUPERUSER, OWNER, APPLICATION = "postgres", "crm_owner", "crm"
RENAMING = "crm_renaming"
MAKE_ROLE = """
SELECT 'CREATE ROLE {role}' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') \\gexec
ALTER ROLE {role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD '{password}';
"""
MAKE_DATABASE = """
SELECT 'CREATE DATABASE crm OWNER {owner}' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'crm') \\gexec
ALTER DATABASE crm OWNER TO {owner};
"""
# Not what belongs to an extension, nor the sequences that go with their table.
HAND_OVER = """
SELECT format('ALTER SCHEMA %I OWNER TO {owner}', nspname)
FROM pg_namespace WHERE nspowner = 10 AND nspname !~ '^pg_' AND nspname <> 'information_schema'
\\gexec
SELECT format('ALTER %s %I.%I OWNER TO {owner}', k.word, n.nspname, c.relname)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN (VALUES ('r', 'TABLE'), ('p', 'TABLE'), ('v', 'VIEW'), ('m', 'MATERIALIZED VIEW'), ('S', 'SEQUENCE'))
  AS k (kind, word) ON k.kind = c.relkind::text
WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND c.relowner = 10
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.classid = 'pg_class'::regclass
                  AND (d.deptype = 'e' OR (c.relkind = 'S' AND d.deptype IN ('a', 'i'))))
\\gexec
SELECT format('ALTER ROUTINE %s OWNER TO {owner}', p.oid::regprocedure)
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND p.proowner = 10
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.classid = 'pg_proc'::regclass AND d.deptype = 'e')
\\gexec
"""
RENAME = """
ALTER ROLE crm RENAME TO {superuser};
ALTER ROLE {superuser} PASSWORD '{password}';
"""


@dataclass(frozen=True)
class Passwords:
    """Of the three roles."""

    superuser: str
    owner: str
    application: str


@dataclass(frozen=True)
class Server:
    """A running server of the cluster."""

    cluster: Cluster
    programs: Programs
    port: int

    def psql(
        self, script: str, *, user: str, password: str, database: str = "postgres"
    ) -> "subprocess.CompletedProcess[str]":
        """Run the script, a statement at a time, up to the first error."""
        place = ["-h", "127.0.0.1", "-p", str(self.port), "-U", user, "-w"]
        options = ["-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", "-"]
        command = [str(self.programs.bin / "psql"), *place, *options, database]
        return run(self.cluster, command, password=password, standard_input=script)


def make(server: Server, passwords: Passwords) -> None:
    """Make roles and database what the table above says; changes nothing where they are, and may be killed anywhere."""
    if _as_superuser(server, passwords, "SELECT;").returncode:
        _rename_superuser(server, passwords)
    script = f"DROP ROLE IF EXISTS {RENAMING};"
    script += MAKE_ROLE.format(role=OWNER, password=passwords.owner)
    script += MAKE_ROLE.format(role=APPLICATION, password=passwords.application)
    _certainly(server, passwords, script + MAKE_DATABASE.format(owner=OWNER))
    _certainly(server, passwords, HAND_OVER.format(owner=OWNER), database="crm")


def _rename_superuser(server: Server, passwords: Passwords) -> None:
    """The role `crm` made this cluster. A session's own role cannot be renamed, so another one does it."""
    helper = f"DROP ROLE IF EXISTS {RENAMING}; CREATE ROLE {RENAMING} SUPERUSER LOGIN PASSWORD '{passwords.owner}';"
    _refuse_failure(server, server.psql(helper, user=APPLICATION, password=passwords.superuser))
    rename = RENAME.format(superuser=SUPERUSER, password=passwords.superuser)
    _refuse_failure(server, server.psql(f"BEGIN;{rename}COMMIT;", user=RENAMING, password=passwords.owner))


def _as_superuser(
    server: Server, passwords: Passwords, script: str, *, database: str = "postgres"
) -> "subprocess.CompletedProcess[str]":
    return server.psql(script, user=SUPERUSER, password=passwords.superuser, database=database)


def _certainly(server: Server, passwords: Passwords, script: str, *, database: str = "postgres") -> None:
    _refuse_failure(server, _as_superuser(server, passwords, script, database=database))


def _refuse_failure(server: Server, done: "subprocess.CompletedProcess[str]") -> None:
    if done.returncode:
        raise failed(server.cluster, "The roles of the database could not be made", done.stdout)
