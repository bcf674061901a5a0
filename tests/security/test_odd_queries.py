"""Whatever stands in the query: a page answers, it does not fail."""

import base64
import json
from datetime import date

import pytest

from metrics.engine.series import points
from metrics.kpis import get_kpi
from tests.conftest import ClientFor
from tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db


def cursor(*values: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    ("url", "status"),
    [
        ("/customers/?q=%00abc", 200),
        ("/customers/?q=acme&tier=none-of-them", 200),
        (f"/customers/?cursor={cursor(False, 'a', 10**30)}", 200),
        (f"/customers/?sort=name&cursor={cursor(False, {'a': 1}, 5)}", 200),
        (f"/customers/?sort=name&cursor={cursor(False, ['a'], 5)}", 200),
        ("/customers/99999999999999999999/", 404),
        ("/kpis/csat/?first=0001-01-01&last=9999-12-31&by=day", 422),
        ("/kpis/csat/?first=0001-01-01&last=9999-12-31&by=week", 422),
    ],
)
def test_the_page_answers(client_for: ClientFor, url: str, status: int) -> None:
    CustomerFactory.create(name="Acme")
    assert client_for("manager").get(url).status_code == status


@pytest.mark.parametrize("by", ["week", "month"])
def test_a_series_may_run_to_the_end_of_the_calendar(by: str) -> None:
    found = points(kpi=get_kpi("orders"), first=date(9999, 11, 1), last=date.max, by=by)
    assert found[-1].last == date.max
