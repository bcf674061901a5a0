"""Customers are said to belong together while somebody types, and taken out again, by mouse and by keyboard."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from customers.models import GroupMember
from tests.factories.customers import CustomerFactory
from tests.live import LiveStack

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]


@pytest.mark.parametrize("width", [1440, 390])
def test_found_said_taken_back_and_said_again(
    live_stack: LiveStack, page_for: Callable[[str], Page], width: int
) -> None:
    low, top = CustomerFactory.create(name="Low Ltd"), CustomerFactory.create(name="Topmost Holding")
    page = page_for("sales")
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{live_stack.url}/customers/{low.pk}/related/")
    page.get_by_label("Who belongs to this customer?").press_sequentially("topmost")
    page.get_by_role("button", name="Parent company: Topmost Holding").click()
    expect(page.get_by_text("“Topmost Holding” is the parent company now.")).to_be_visible()
    expect(page.locator('[data-table="page.related"] tbody tr')).to_have_count(2)
    page.keyboard.press("u")
    expect(page.get_by_text("Nobody is known to belong to this customer")).to_be_visible()
    assert not GroupMember.objects.exists()
    page.goto(f"{live_stack.url}/customers/{top.pk}/related/?q=low")
    page.get_by_role("button", name="Subsidiary: Low Ltd").click()
    page.get_by_role("button", name="Take out: Low Ltd").click()
    expect(page.get_by_text("“Low Ltd” is taken out of: Group of companies.")).to_be_visible()
    page.get_by_role("link", name="Undo").click()
    expect(page.locator('[data-table="page.related"] tbody tr')).to_have_count(2)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
