"""System checks that need the database (`manage.py check --database default`, and before `migrate`)."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connection

from customers.time_zone import stored_zone


@register(Tags.database)
def days_are_cut_in_the_company_zone(*, databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    if not databases or "customers_order" not in connection.introspection.table_names():
        return []
    stored = stored_zone()
    if stored == settings.TIME_ZONE:
        return []
    return [
        Error(
            f"The stored days are cut in {stored}, but CRM_TIME_ZONE is {settings.TIME_ZONE}.",
            hint="Set CRM_TIME_ZONE back, or run manage.py change_time_zone (it rewrites the days and the figures).",
            id="customers.E001",
        )
    ]
