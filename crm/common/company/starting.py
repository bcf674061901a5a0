"""A process whose environment names another zone or currency than the database holds does not start.

Nor one that names other KPI rules: `further_refusals`.
"""

from collections.abc import Callable, Mapping
from typing import Final

from django.conf import settings

from crm.common.company.current import refresh
from crm.common.errors import DomainError

REMEDY: Final = {
    "CRM_TIME_ZONE": "Set it back or leave it out; to change the zone: manage.py change_time_zone ZONE, or Company in "
    "the administration.",
    "CRM_CURRENCY": "Set it back or leave it out: amounts are kept in the company's currency, which stays as it is. "
    "Before the first of them it can be changed at Company in the administration.",
}


further_refusals: Final[list[Callable[[], None]]] = []
"""What rooms above refuse a start for, by `refuse_differing`."""


class OtherThanTheDatabase(DomainError):
    """A variable of the environment says something else than the database, which holds."""


def refuse_other_company() -> None:
    """Raises OtherThanTheDatabase for `CRM_TIME_ZONE`, `CRM_CURRENCY` and what rooms above hold; variables that are
    not set say nothing.
    """
    facts = refresh()
    refuse_differing(
        asked=settings.CRM_ENVIRONMENT,
        held={"CRM_TIME_ZONE": facts.time_zone, "CRM_CURRENCY": facts.currency},
        remedy=REMEDY,
    )
    for refuse in further_refusals:
        refuse()


def refuse_differing(*, asked: Mapping[str, str], held: Mapping[str, object], remedy: Mapping[str, str]) -> None:
    """Raises OtherThanTheDatabase, naming the first variable that is `asked` and not what is `held`."""
    for name, said in differing(asked=asked, held=held).items():
        raise OtherThanTheDatabase(f"{name} is {said}, but this database has {held[name]}. {remedy[name]}")


def differing(*, asked: Mapping[str, str], held: Mapping[str, object]) -> dict[str, str]:
    """Name → what is `asked`, where that is not what is `held`; what is empty asks for nothing."""
    said = {name: asked.get(name, "") for name in held}
    return {name: each for name, each in said.items() if each and each != str(held[name])}
