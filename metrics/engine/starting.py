"""A process whose environment names other KPI rules than the database holds does not start."""

from typing import Final

from django.conf import settings
from django.db import connection

from crm.common.company.starting import differing, refuse_differing
from metrics.engine.rules import RULES, Values
from metrics.models import KpiRules

NAMED: Final = tuple(rule for rule in RULES if rule.variable)
REMEDY: Final = (
    "Set it back or leave it out: it gives a new database its first value, and rules are changed in the administration "
    "(KPI rules, /admin/metrics/kpirules/add/)."
)


def refuse_other_rules() -> None:
    """Raises OtherThanTheDatabase, naming the variable; silent where the database has no rules yet."""
    if KpiRules._meta.db_table not in connection.introspection.table_names():  # noqa: SLF001 - Meta is API
        return
    # Other tables of the engine, and columns of this one, may be younger and still to be migrated.
    values = KpiRules.objects.order_by("-id").values(*(rule.key for rule in NAMED))[:1].get()
    refuse_differing(
        asked=settings.CRM_ENVIRONMENT, held=_by_variable(values), remedy={rule.variable: REMEDY for rule in NAMED}
    )


def contradicting(values: Values) -> list[str]:
    """What the environment says otherwise than these rules, as NAME=value: a start is refused for it."""
    found = differing(asked=settings.CRM_ENVIRONMENT, held=_by_variable(values))
    return [f"{name}={said}" for name, said in found.items()]


def _by_variable(values: Values) -> dict[str, int]:
    return {rule.variable: values[rule.key] for rule in NAMED}
