"""Reads for the programme's pages."""

from dataclasses import dataclass

from metrics.kpis.catalogue import CATALOGUE
from metrics.models import OtherChange


@dataclass(frozen=True)
class ListedChange:
    """`kpi_names` is empty where the change touches all of them."""

    change: OtherChange
    kpi_names: list[str]


def other_changes_with_kpis() -> list[ListedChange]:
    changes = OtherChange.objects.select_related("team", "tier")
    return [ListedChange(change, [kpi_name(key) for key in change.kpis]) for change in changes]


def kpi_name(key: str) -> str:
    """The KPI's name in the reader's language; the key itself where the catalogue no longer has it."""
    kpi = CATALOGUE.get(key)
    return str(kpi.name) if kpi else key
