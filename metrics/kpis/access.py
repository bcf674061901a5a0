"""Objects that URLs name: found, or 404."""

from django.http import Http404

from metrics.engine.base import Kpi
from metrics.kpis.catalogue import find_kpi


def kpi_or_404(key: str) -> Kpi:
    kpi = find_kpi(key)
    if kpi is None:
        raise Http404
    return kpi
