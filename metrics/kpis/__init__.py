"""The KPIs: what is summed by cell (`sources`), and the figures made of it (`catalogue`)."""

from metrics.engine.base import Kpi
from metrics.kpis.catalogue import CATALOGUE, UnknownKpi, find_kpi, get_kpi

__all__ = ["CATALOGUE", "Kpi", "UnknownKpi", "find_kpi", "get_kpi"]
