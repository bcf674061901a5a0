"""What a browser fetches before a page is there: little, once, and the chart library only where a chart is."""

from collections.abc import Callable
from datetime import UTC, datetime, time
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Page

from crm.common import days
from metrics.engine.recomputing import recompute
from tests.factories.customers import CustomerFactory
from tests.factories.interactions import InteractionFactory
from tests.factories.telephony import CallFactory

pytestmark = pytest.mark.browser
OWN_BYTES = 250_000  # of a page's scripts and styles, as they come over the line
FETCHED = "performance.getEntriesByType('resource').map(one => one.name)"
DRAWN = "[...document.querySelectorAll('[data-chart]')].every((box) => 'ready' in box.dataset)"


@pytest.fixture
def a_call_and_a_contact() -> None:
    moment = datetime.combine(days.add_months(days.today(), -1), time(12), tzinfo=UTC)
    CallFactory.create(entered_at=moment, answered_at=moment, waited_ms=8_000)
    InteractionFactory.create(customer=CustomerFactory.create())
    recompute(full=True)


def scripts_and_styles(page: Page, path: str) -> set[str]:
    page.goto(path)
    page.wait_for_function(DRAWN)
    return {url for url in page.evaluate(FETCHED) if urlsplit(url).path.endswith((".js", ".css"))}


def fetched(url: str) -> tuple[int, str, str]:
    """→ bytes over the line, how they are packed, how long they keep."""
    asked = Request(url, headers={"Accept-Encoding": "gzip, br"})
    with urlopen(asked) as answer:
        return len(answer.read()), answer.headers["Content-Encoding"], answer.headers["Cache-Control"]


@pytest.mark.usefixtures("live_stack", "a_call_and_a_contact")
def test_a_page_fetches_little_and_the_chart_library_only_where_a_chart_is(page_for: Callable[[str], Page]) -> None:
    page = page_for("manager")
    own: set[str] = set()
    for path in ("/", "/customers/", "/tasks/", "/customers/new/"):
        found = scripts_and_styles(page, path)
        assert len(found) >= 5, path
        assert not [url for url in found if "echarts" in url], path
        own |= found
        answers = {url: fetched(url) for url in found}
        assert sum(size for size, _packed, _keeps in answers.values()) <= OWN_BYTES, path
        assert {packed for _size, packed, _keeps in answers.values()} <= {"br", "gzip"}, path
        assert all("immutable" in keeps for _size, _packed, keeps in answers.values()), path
    drawn = scripts_and_styles(page, "/kpis/service_level/")
    assert page.locator("[data-chart]").count() >= 1
    (library,) = (url for url in drawn if "echarts" in url)
    assert sum(fetched(url)[0] for url in drawn - {library}) <= OWN_BYTES
    assert fetched(library)[1] in {"br", "gzip"}
