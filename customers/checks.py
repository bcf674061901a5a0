"""System checks that need the database (`manage.py check --database default`, and before `migrate`)."""

from collections.abc import Sequence
from typing import Any

from django.core import checks
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connection

from crm.common.company.current import company
from crm.common.company.models import Company
from crm.common.company.starting import OtherThanTheDatabase, refuse_other_company
from customers.identity.privacy.suppressing import forgotten
from customers.models import SuppressedKey
from customers.time_zone import stored_zone


@register(Tags.database)
def the_company_is_the_databases(*, databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """The environment names no other zone or currency, and the stored days are cut in the company's zone."""
    if not databases or Company._meta.db_table not in connection.introspection.table_names():  # noqa: SLF001 - Meta is API
        return []
    try:
        refuse_other_company()
    except OtherThanTheDatabase as error:
        return [Error(str(error), id="customers.E001")]
    stored = stored_zone()
    if stored == company().time_zone:
        return []
    return [
        Error(
            f"The stored days are cut in {stored}, but the company's time zone is {company().time_zone}.",
            hint=f"Run manage.py change_time_zone {company().time_zone} (it rewrites the days and the figures).",
            id="customers.E002",
        )
    ]


@register(Tags.database)
def erased_people_are_known(*, databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """Who was erased on request is recognised by a secret of now or before."""
    if not databases or SuppressedKey._meta.db_table not in connection.introspection.table_names():  # noqa: SLF001 - Meta is API
        return []
    if not (people := forgotten()):
        return []
    return [
        checks.Warning(
            f"{people} of those who were erased on request would come back by the next file: the secret is another.",
            hint="Put the one of before into SECRET_KEY_FALLBACKS, or set CRM_SUPPRESSION_KEY to it.",
            id="customers.W001",
        )
    ]
