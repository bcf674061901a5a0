import pytest
from django.http import Http404

from metrics.kpis import CATALOGUE
from metrics.kpis.access import kpi_or_404


def test_a_kpi_is_found_by_its_key_or_there_is_no_page() -> None:
    assert [kpi_or_404(key) for key in CATALOGUE] == list(CATALOGUE.values())
    for key in ("", "happiness", "ASA"):
        with pytest.raises(Http404):
            kpi_or_404(key)
