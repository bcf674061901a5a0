"""Django's `migrate`, as the role that owns the tables."""

from typing import Any

from django.core.management.commands import migrate

from crm.owner import as_owner


class Command(migrate.Command):
    def execute(self, *args: Any, **options: Any) -> str | None:
        """With the checks that come first: they read what the application may not before it is granted."""
        with as_owner():
            done: str | None = super().execute(*args, **options)
        return done
