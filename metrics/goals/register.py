"""Reads for the programme's pages."""

from dataclasses import dataclass

from accounts.access import Reader
from metrics.kpis.words import kpi_name
from metrics.models import OtherChange


@dataclass(frozen=True)
class ListedChange:
    """`kpi_names` is empty where the change touches all of them."""

    change: OtherChange
    kpi_names: list[str]


def other_changes_with_kpis(reader: Reader) -> list[ListedChange]:
    changes = OtherChange.objects.visible_to(reader).select_related("team", "tier")
    return [ListedChange(change, [kpi_name(key) for key in change.kpis]) for change in changes]
