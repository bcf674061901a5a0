"""Every page of the access matrix in a real browser: axe finds nothing serious, nothing sticks out at phone width, and
the content security policy refuses nothing (its refusals are console errors, which fail the `page` fixture)."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.urls import reverse
from playwright.sync_api import BrowserContext, Page

from crm.common.days import start_of, today
from customers.models import Customer, Tag
from tests.conftest import UserFor
from tests.factories.accounts import NoticeFactory
from tests.factories.customers import CustomerFactory
from tests.factories.to_do import TaskFactory
from tests.factories.trade import OrderFactory
from tests.live import LiveStack
from tests.security.matrix import MATRIX, Row

pytestmark = pytest.mark.browser

AXE = Path(settings.BASE_DIR, "node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")
RUN_AXE = """
async () => {
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
  const runOnly = { type: "tag", values: tags };
  // Nothing is fetched beforehand: no serious rule of these reads style sheets or media.
  const found = await axe.run(document, { resultTypes: ["violations"], runOnly, preload: false });
  return found.violations
    .filter((one) => ["serious", "critical"].includes(one.impact))
    .map((one) => `${one.id}: ${one.nodes.map((node) => node.html.slice(0, 160)).slice(0, 3).join(" | ")}`);
}
"""
DARK = "Object.assign(document.documentElement.dataset, {theme: 'dark', bsTheme: 'dark'})"
WIDTH = "[document.documentElement.scrollWidth, window.innerWidth]"


def pages_for(who: str) -> dict[str, Row]:
    return {name: row for name, row in MATRIX.items() if row.axe and row.statuses[who] == 200}


def only_for_visitors() -> dict[str, Row]:
    return {name: row for name, row in pages_for("anonymous").items() if row.statuses["administrator"] != 200}


def faults(page: Page) -> list[str]:
    """What axe calls serious or critical, and whether the page is wider than the window."""
    page.wait_for_load_state("load")
    if page.locator("[data-chart]").count():
        page.wait_for_function("[...document.querySelectorAll('[data-chart]')].every((box) => 'ready' in box.dataset)")
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    return still_faults(page)


def bring_axe(page: Page) -> None:
    """To every page from now on: the browser is sent it once, and compiles it once."""
    page.add_init_script(AXE)


def still_faults(page: Page) -> list[str]:
    """Those of a page that has been looked at already."""
    found: list[str] = page.evaluate(RUN_AXE)
    needed, given = page.evaluate(WIDTH)
    return found + ([f"wider than the window: {needed} > {given}"] if needed > given else [])


def look_like(context: BrowserContext, stack: LiveStack, *, theme: str, language: str) -> None:
    context.add_cookies(
        [
            {"name": "theme", "value": theme, "url": stack.url},
            {"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": stack.url},
        ]
    )


def faults_of(page: Page, rows: dict[str, Row]) -> dict[str, list[str]]:
    """In the light on a desk, then in the dark on a telephone."""
    page.emulate_media(reduced_motion="reduce")  # colours change at once
    bring_axe(page)
    found: dict[str, list[str]] = {}
    for name, row in rows.items():
        page.set_viewport_size({"width": 1440, "height": 900})
        answer = page.goto(reverse(name, kwargs=row.arguments()))
        assert answer is not None
        assert answer.status == 200, name
        here = faults(page)
        page.set_viewport_size({"width": 390, "height": 900})
        page.evaluate(DARK)
        if here := here + still_faults(page):
            found[name] = here
    return found


@pytest.mark.parametrize(("language", "first"), [("en", 0), ("zh-hans", 1)])
def test_no_page_has_a_serious_fault(
    page_for: Callable[[str], Page], context: BrowserContext, live_stack: LiveStack, language: str, first: int
) -> None:
    """Every other page in one language and the rest in the other: contrast, sizes and names are the same in both."""
    look_like(context, live_stack, theme="light", language=language)
    rows = dict(list(pages_for("administrator").items())[first::2])
    assert faults_of(page_for("administrator"), rows) == {}


@pytest.fixture
def filled(live_stack: LiveStack, user_for: UserFor) -> Customer:
    """Enough of everything for what only stands there then: pagers, counts, links beneath each other."""
    me, customer = user_for("manager"), CustomerFactory.create(name="Acme", owner=user_for("manager"))
    Customer.objects.bulk_create(Customer(name=f"Customer {number}", country="DE") for number in range(51))
    Tag.objects.bulk_create(Tag(name=f"Tag {number}") for number in range(12))
    OrderFactory.create(customer=customer, lines=[("1", "10", None)] * 5)
    for number in range(3):
        NoticeFactory.create(user=me)
        TaskFactory.create(
            what=f"Call {number}", assignee=me, customer=customer, due_on=today(), due_at=start_of(today())
        )
    return customer


@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 390)])
def test_full_pages_have_none_either(
    page_for: Callable[[str], Page],
    context: BrowserContext,
    live_stack: LiveStack,
    filled: Customer,
    theme: str,
    width: int,
) -> None:
    look_like(context, live_stack, theme=theme, language="en")
    page = page_for("manager")
    bring_axe(page)
    page.set_viewport_size({"width": width, "height": 900})
    found = {}
    for path in ("/", "/customers/?build=add&add=tag", f"/customers/{filled.pk}/orders/"):
        page.goto(path)
        found[path] = faults(page)
    assert list(found.values()) == [[], [], []], found


def test_no_page_before_sign_in_has_a_serious_fault(page: Page, context: BrowserContext, live_stack: LiveStack) -> None:
    look_like(context, live_stack, theme="light", language="en")
    assert faults_of(page, only_for_visitors()) == {}


@pytest.fixture
def any_page(context: BrowserContext) -> Any:
    """A page whose refused requests are meant."""
    made = context.new_page()
    yield made
    made.close()


def test_refusals_read_well_too(any_page: Page, page_for: Callable[[str], Page], live_stack: LiveStack) -> None:
    page_for("sales")
    found = {}
    for path, status in (("/admin/", 403), ("/no/such/page/", 404)):
        answer = any_page.goto(live_stack.url + path)
        assert answer is not None
        assert answer.status == status
        found[path] = faults(any_page)
    assert found == {"/admin/": [], "/no/such/page/": []}
