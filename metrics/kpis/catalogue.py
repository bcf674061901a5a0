"""All KPIs by key, in the order pages list them."""

from django.utils.translation import gettext as _

from crm.common.errors import DomainError
from metrics.engine.base import Kpi
from metrics.engine.sources import FactSource
from metrics.kpis import calls, hygiene, issues, ledger, surveys, trade

MODULES = (surveys, calls, issues, trade, ledger, hygiene)
SOURCES: tuple[FactSource, ...] = tuple(source for module in MODULES for source in module.SOURCES)
CATALOGUE: dict[str, Kpi] = {kpi.key: kpi for module in MODULES for kpi in module.KPIS}
# Those with a place of their own on dashboards; variants are shown beside the KPI they vary.
MAIN: tuple[Kpi, ...] = tuple(kpi for kpi in CATALOGUE.values() if not kpi.variant_of)


class UnknownKpi(DomainError):
    """No KPI has this key."""

    def __init__(self, key: str) -> None:
        super().__init__(
            _("There is no KPI %(key)s. There are: %(keys)s.") % {"key": repr(key), "keys": ", ".join(CATALOGUE)}
        )


def find_kpi(key: str) -> Kpi | None:
    return CATALOGUE.get(key)


def get_kpi(key: str) -> Kpi:
    """Raises UnknownKpi, naming the keys there are."""
    if key not in CATALOGUE:
        raise UnknownKpi(key)
    return CATALOGUE[key]


def variants_of(kpi: Kpi) -> list[Kpi]:
    return [other for other in CATALOGUE.values() if other.variant_of == kpi.key]
