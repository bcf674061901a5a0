"""The search from any page, by keyboard alone."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from customers.models import Tier
from tests.factories.customers import CustomerFactory

pytestmark = pytest.mark.browser


def test_from_any_page_to_the_customer_one_means(page_for: Callable[[str], Page]) -> None:
    best = CustomerFactory.create(name="Markt", city="Bern", tier=Tier.objects.get(key="gold"))
    other = CustomerFactory.create(name="Marksen")
    page = page_for("sales")
    page.goto("/me/")
    page.get_by_label("Name").press("Control+k")
    search, options = page.get_by_role("combobox", name="Search customers"), page.locator("#found [role=option]")
    expect(search).to_be_focused()
    expect(page.get_by_text("Whose page you open stands here.")).to_be_visible()
    page.keyboard.type("mark")
    expect(options).to_have_count(3)
    expect(search).to_have_attribute("aria-expanded", "true")
    expect(page.locator("#found-status")).to_have_text("2 customers")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(search).to_have_attribute("aria-activedescendant", "found-2")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{other.get_absolute_url()}")
    page.keyboard.press("/")
    expect(options).to_have_text(["Marksen"], use_inner_text=True)  # as viewed last
    page.keyboard.insert_text("mark")
    page.keyboard.press("Enter")  # before the answer has come
    page.wait_for_url(f"**{best.get_absolute_url()}")
    page.keyboard.press("Control+k")
    expect(options).to_have_count(2)
    page.keyboard.press("Escape")
    expect(page.locator("#found-panel")).to_be_hidden()
    page.keyboard.press("ArrowDown")
    expect(page.locator("#found-panel")).to_be_visible()
    page.keyboard.type("marksem")
    expect(page.get_by_text("Nobody fits. Did you mean:")).to_be_visible()
    page.keyboard.press("Enter")  # opens nobody who is only guessed
    page.wait_for_url("**/customers/?q=marksem")
    expect(page.get_by_role("status").get_by_role("link", name="Marksen")).to_be_visible()
    page.keyboard.press("/")
    page.keyboard.insert_text("mark")
    page.keyboard.press("Enter")  # narrows the list
    page.wait_for_url("**/customers/?q=mark")
