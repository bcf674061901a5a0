"""Customers with one fault are mended by keyboard alone, on a screen and on a phone."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from customers.identity.hygiene.following import refresh_hygiene
from customers.models import Customer
from tests.factories.accounts import TeamFactory
from tests.factories.customers import CustomerFactory
from tests.live import LiveStack

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]


@pytest.mark.parametrize("width", [1440, 390])
def test_three_are_mended_without_a_mouse(width: int, live_stack: LiveStack, page_for: Callable[[str], Page]) -> None:
    team = TeamFactory.create(name="North")
    made = [CustomerFactory.create(name=f"Acme {number}", team=team) for number in range(4)]
    refresh_hygiene()
    page = page_for("sales")
    page.set_viewport_size(ViewportSize(width=width, height=900))
    page.goto(f"{live_stack.url}/customers/hygiene/")
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    row = page.locator("#worst tr", has_text="City: missing")
    row.get_by_role("link", name="Mend these 4 now").focus()
    page.keyboard.press("Enter")
    left, field = page.locator("[data-left]"), page.get_by_label("City")
    expect(left).to_have_text("4 are left")
    expect(field).to_be_focused()
    page.keyboard.type("Rome")
    page.keyboard.press("Enter")
    expect(left).to_have_text("3 are left")
    expect(page.get_by_role("heading", name="Acme 1")).to_be_visible()
    field.blur()
    page.keyboard.press("s")
    expect(page.get_by_role("heading", name="Acme 2")).to_be_visible()
    field.blur()
    page.keyboard.press("p")
    expect(page.get_by_role("heading", name="Acme 1")).to_be_visible()
    expect(field).to_be_focused()
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    page.keyboard.type("Bonn")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Save and next")).to_be_focused()
    page.keyboard.press("Enter")
    expect(left).to_have_text("2 are left")
    cities = dict(Customer.objects.values_list("pk", "city"))
    assert [cities[each.pk] for each in made] == ["Rome", "Bonn", "", ""]
