"""Django's `migrate`, as the role that owns the tables; it warns where the application could do as much."""

from typing import Any

from django.conf import settings
from django.core.management.commands import migrate

from crm.checks import the_application_owns_nothing
from crm.owner import as_owner


class Command(migrate.Command):
    def execute(self, *args: Any, **options: Any) -> str | None:
        """With the checks that come first: they read what the application may not before it is granted."""
        with as_owner():
            done: str | None = super().execute(*args, **options)
        if settings.CRM_DATABASE_OWNER or options["skip_checks"]:
            self.warn()
        return done

    def warn(self) -> None:
        """Of what those checks left out: who the application is."""
        for warning in the_application_owns_nothing(databases=["default"]):
            if not warning.is_silenced():
                self.stderr.write(str(warning), self.style.WARNING)
