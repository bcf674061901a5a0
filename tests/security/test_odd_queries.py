"""Whatever stands in the query: a page answers, it does not fail."""

import base64
import json
import re
from datetime import date

import pytest
from django.urls import reverse
from pytest_django import Settings

from crm.common.limits.rates import Rate
from crm.embedded.places import CHECKOUT
from metrics.engine.series import points
from metrics.kpis import get_kpi
from tests.conftest import ClientFor
from tests.factories.customers import CustomerFactory
from tests.security.matrix import MATRIX

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
        ("/kpis/csat/baseline/?channel=%00", 200),
        ("/kpis/csat/baseline/?channel=smoke-signals&tier=%00", 200),
        (f"/kpis/csat/baseline/?team={'9' * 5000}", 200),
        ("/kpis/csat/baseline/?team=%C2%B2", 200),
    ],
)
def test_the_page_answers(client_for: ClientFor, url: str, status: int) -> None:
    CustomerFactory.create(name="Acme")
    assert client_for("manager").get(url).status_code == status


PARAMETERS = (
    "q", "tier", "kind", "country", "overdue", "sort", "cursor", "team", "channel", "by", "first", "last", "go_live_on",
    "window_from", "window_to", "show", "as_of", "format", "purpose", "before", "next",
    "band", "with",
)  # fmt: skip
# Those that are asked only together with all others.
NEXT_TO_OTHERS = (
    "view", "where", "columns", "column", "density", "open", "move", "moved", "m", "add", "build", "value",  # of lists
    "action", "query", "ids", "section", "state", "text", "after", "contact", "customer", "invoices", "invoices_cursor",
    "into", "line", "name", "orders_cursor", "orders_sort", "invoices_sort", "owner",
)  # fmt: skip
READ = re.compile(r"""GET\.(?:get|getlist)\("(\w+)\"""")
# A NUL, more digits than Python reads or a column holds, a digit that is none, days at the ends of time.
ODD = ("\x00", "9" * 5000, "9" * 30, "²", "-1", "0001-01-01", "9999-12-31")
# Pages that read one of these raw would hide behind another that is refused: each is also asked alone.
ALONE = (
    "/customers/", "/customers/export/", "/kpis/csat/", "/kpis/csat/baseline/", "/kpis/csat/target/", "/dashboard/",
    "/scorecard/", "/scorecard/export/", "/kpis/csat/series.csv", "/roi/costs/", "/imports/", "/customers/duplicates/",
)  # fmt: skip


def test_what_views_read_of_the_query_is_among_them() -> None:
    sources = [
        path for app in ("accounts", "customers", "metrics", "service") for path in (CHECKOUT / app).rglob("*.py")
    ]
    found = {name for path in sources for name in READ.findall(path.read_text())}
    assert found - {*PARAMETERS, *NEXT_TO_OTHERS} == set()


@pytest.mark.slow  # every page with every oddity
@pytest.mark.parametrize("name", sorted(name for name, row in MATRIX.items() if row.method == "get"))
def test_every_page_answers_whatever_all_its_parameters_hold(client_for: ClientFor, name: str) -> None:
    url = reverse(name, kwargs=MATRIX[name].arguments())
    client = client_for("administrator")
    for odd in ODD:
        answer = client.get(url, dict.fromkeys((*PARAMETERS, *NEXT_TO_OTHERS), odd))
        assert answer.status_code < 500, odd


@pytest.mark.slow
@pytest.mark.parametrize("url", ALONE)
def test_and_each_of_them_alone(client_for: ClientFor, settings: Settings, url: str) -> None:
    settings.CRM_LIMITS = dict.fromkeys(settings.CRM_LIMITS, Rate.parse("9999/1m"))
    client = client_for("administrator")
    assert client.get(url).status_code == 200
    for odd in ODD[:2]:
        statuses = {name: client.get(url, {name: odd}).status_code for name in PARAMETERS}
        assert max(statuses.values()) < 500, (odd, statuses)


@pytest.mark.parametrize("by", ["week", "month"])
def test_a_series_may_run_to_the_end_of_the_calendar(by: str) -> None:
    found = points(kpi=get_kpi("orders"), first=date(9999, 11, 1), last=date.max, by=by)
    assert found[-1].last == date.max
