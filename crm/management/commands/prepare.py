"""Make the database and the static files ready to serve: what `make setup` and `make run` do before starting."""

import hashlib
from argparse import ArgumentParser
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.staticfiles.finders import get_finders
from django.contrib.staticfiles.management.commands import collectstatic
from django.core.files.storage import storages
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection

from crm.common.company.models import Company
from crm.common.company.starting import refuse_other_company
from crm.common.errors import DomainError
from crm.embedded.postgres_server import OLDEST
from crm.owner import as_owner
from demo import sign_ins

STAMP: Final = ".baseline-static"


class Command(BaseCommand):
    help = "Apply migrations, collect static files, and with --demo load the demo company into an empty database."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--demo", action="store_true")
        parser.add_argument("--no-database", action="store_true", help="static files only")

    def handle(self, *_args: str, **options: Any) -> None:
        if not settings.DEBUG:  # then they are served from where they are written
            collect_static()
        if options["no_database"]:
            return
        check_database("DATABASE_URL")
        with as_owner():
            check_database("DATABASE_OWNER_URL")
            check_company()  # the application may not read it before the first migration
        call_command("migrate", interactive=False, verbosity=0)
        if options["demo"] and settings.CRM_DEMO:
            self.load_demo()
        self.say_if_nobody_can_sign_in()

    def say_if_nobody_can_sign_in(self) -> None:
        if _is_empty():
            self.stderr.write("Nobody can sign in yet: ./manage.py createsuperuser makes the first administrator")

    def load_demo(self) -> None:
        """Load the demo company if nobody uses this database yet, or if loading it was interrupted."""
        begun = settings.VAR_DIR / "demo.begun"
        if "seed_demo" not in get_commands() or not (begun.exists() or _is_empty()):
            return
        self.stderr.write("Loading the demo company (a minute or two, once)")
        begun.touch()
        call_command("seed_demo", stdout=self.stderr)
        users = "  ".join(sign_ins.USERS.values())
        note = f"Demo sign-ins: {users}\nPassword of each: {sign_ins.PASSWORD}\n"
        (settings.VAR_DIR / "demo.txt").write_text(note, encoding="utf-8")
        begun.unlink()


def check_database(named_by: str) -> None:
    """Say in a sentence why the database cannot be used, before a migration fails in a hundred lines."""
    found = connection.settings_dict
    place = f"{found['HOST'] or 'the local socket'}:{found['PORT'] or 5432}, database {found['NAME']}"
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('server_version_num')::int / 10000")
            (version,) = cursor.fetchone() or (0,)
    except DatabaseError as error:
        raise CommandError(f"PostgreSQL at {place} cannot be used: {error} Check {named_by}.") from error
    if version < OLDEST:
        raise CommandError(f"PostgreSQL at {place} is version {version}; {OLDEST} or newer is needed.")


def check_company() -> None:
    """Say in a sentence that the environment means another company than the database holds."""
    if Company._meta.db_table not in connection.introspection.table_names():  # noqa: SLF001 - Meta is API
        return
    try:
        refuse_other_company()
    except DomainError as error:
        raise CommandError(str(error)) from error


def _is_empty() -> bool:
    return not get_user_model().objects.exists()


def collect_static() -> None:
    """Collect static files unless none has changed since.

    Beside those that are served, which they then replace as a whole: nobody is sent half a file.
    """
    served = Path(settings.STATIC_ROOT)
    wanted = static_digest()
    if (served / STAMP).is_file() and (served / STAMP).read_text() == wanted:
        return
    served.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=f".{served.name}-", dir=served.parent, ignore_cleanup_errors=True) as folder:
        new, old = Path(folder) / "new", Path(folder) / "old"
        collect_into(new)
        (new / STAMP).write_text(wanted)
        if served.exists():
            served.rename(old)
        new.rename(served)


def collect_into(folder: Path) -> None:
    folder.mkdir()
    command = collectstatic.Command()
    backend = settings.STORAGES["staticfiles"]["BACKEND"]
    command.storage = storages.create_storage({"BACKEND": backend, "OPTIONS": {"location": str(folder)}})
    call_command(command, interactive=False, verbosity=0)


def static_digest() -> str:
    """Names, sizes and times of all static files; reading them all would take as long as collecting."""
    seen = hashlib.sha256(str(settings.STORAGES["staticfiles"]).encode())
    for finder in get_finders():
        for name, storage in finder.list([]):
            status = Path(storage.path(name)).stat()
            seen.update(f"{name}\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
    return seen.hexdigest()
