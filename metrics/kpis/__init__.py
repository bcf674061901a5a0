"""The KPIs, a family a file: its sources of facts and what is summed of them, then the figures; all in `catalogue`."""

from metrics.engine.base import Kpi
from metrics.kpis.catalogue import CATALOGUE, UnknownKpi, find_kpi, get_kpi

__all__ = ["CATALOGUE", "Kpi", "UnknownKpi", "find_kpi", "get_kpi"]
