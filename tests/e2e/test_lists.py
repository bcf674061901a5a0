"""Lists in a real browser: a row is one line whatever stands in it, and a phone needs no sideways scrolling."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from customers.models import Tier
from tests.factories.accounts import UserFactory
from tests.factories.customers import CustomerFactory
from tests.factories.importing import ImportBatchFactory, SourceSystemFactory
from tests.live import LiveStack

pytestmark = pytest.mark.browser
LONG = "Allgäuer Bürouasstattungs- und Feinkosthandelsgesellschaft " * 3 + "mit beschränkter Haft"
TWO_LINES = 2 * 20 + 16
HEIGHTS = "rows => rows.map(row => row.offsetHeight)"
SPREAD = """cells => cells.filter(cell => {
  const children = [...cell.querySelectorAll(':scope > div > *')].map(child => child.getBoundingClientRect());
  const apart = (one, next) => next.left - one.right > 40 && next.top < one.bottom;
  return children.some((box, at) => at > 0 && apart(children[at - 1], box));
}).map(cell => cell.innerText)"""
WIDER = "document.documentElement.scrollWidth - window.innerWidth"


@pytest.fixture
def long_rows(live_stack: LiveStack) -> None:
    assert len(LONG) == 198
    gold = Tier.objects.get(key="gold")
    long = {"email": f"{'a' * 60}@{'b' * 60}.example", "phone": "030 / 91004088", "city": LONG[:150]}
    CustomerFactory.create(name=LONG, tier=gold, kind="person", **long)
    CustomerFactory.create(name="x" * 200, **long)
    CustomerFactory.create(name="Short", tier=gold, email="info1036.service@allgau.example")
    system = SourceSystemFactory.create(name=LONG[:90])
    someone = UserFactory.create(name=LONG[:140])
    ImportBatchFactory.create(system=system, filename=f"{'rechnungen' * 15}.csv", state="done", created_by=someone)


@pytest.mark.parametrize("width", [1440, 1280, 1024])
@pytest.mark.usefixtures("long_rows")
def test_no_row_is_higher_than_two_lines(page_for: Callable[[str], Page], width: int) -> None:
    page = page_for("manager")
    page.set_viewport_size({"width": width, "height": 900})
    for path, rows in (("/customers/", 3), ("/imports/", 1)):
        page.goto(path)
        heights = page.locator("table tbody tr").evaluate_all(HEIGHTS)
        assert len(heights) == rows
        assert max(heights) <= TWO_LINES, path
        assert page.locator("table").first.evaluate("t => t.scrollWidth - t.parentElement.clientWidth") <= 0


@pytest.mark.usefixtures("long_rows")
def test_a_phone_neither_scrolls_sideways_nor_spreads_a_cell(page_for: Callable[[str], Page]) -> None:
    page = page_for("manager")
    page.set_viewport_size({"width": 390, "height": 900})
    for path in ("/customers/", "/imports/"):
        page.goto(path)
        assert page.evaluate(WIDER) <= 0, path
        assert page.locator("table tbody td").evaluate_all(SPREAD) == [], path
