"""System checks of the project itself (`manage.py check --database default`, and before `migrate`)."""

from collections.abc import Sequence
from typing import Any, Final

from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register  # noqa: A004 - its name
from django.db import connection

# Whether the session's role is a superuser, or is, or may become, one that owns the database or a table.
COULD_DO_ALL: Final = """
SELECT rolsuper OR (SELECT pg_has_role(d.datdba, 'MEMBER') FROM pg_database d WHERE d.datname = current_database())
  OR EXISTS (
  SELECT FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r'
    AND pg_has_role(c.relowner, 'MEMBER'))
FROM pg_roles WHERE rolname = current_user
"""
OWNS_ITS_TABLES: Final = Warning(
    "The application's database role owns its tables, or may become the one that does: it could switch off what keeps "
    "baselines and the audit.",
    hint="Let a role of which it is no member own them, and name that in DATABASE_OWNER_URL where you migrate: "
    "docs/operations.md.",
    id="crm.W001",
)


@register(Tags.database)
def the_application_owns_nothing(*, databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """Asked by the owner, before migrations, it is silent: then the application is somebody else, asked afterwards."""
    if not databases or connection.settings_dict["USER"] != settings.DATABASES["default"]["USER"]:
        return []
    with connection.cursor() as cursor:
        cursor.execute(COULD_DO_ALL)
        (could,) = cursor.fetchone()
    return [OWNS_ITS_TABLES] if could else []
