"""The main job by keyboard alone: find a customer, log a contact, finish a task."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from customers.models import Customer, Interaction, Task
from tests.conftest import NOON
from tests.factories.customers import CustomerFactory
from tests.factories.to_do import TaskFactory

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]
PageFor = Callable[[str], Page]


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def test_from_the_start_page_to_a_logged_contact_and_a_finished_task(page_for: PageFor) -> None:
    customers = [CustomerFactory.create(name=name, last_contact_at=NOON) for name in ("Alpha", "Beta")]
    page = page_for("service")
    TaskFactory.create(what="Call Alpha", assignee=User.objects.get(), customer=customers[0])
    page.goto("/")
    press(page, "g", "c")
    page.wait_for_url("**/customers/")
    expect(page.locator("tbody tr")).to_have_count(2)
    press(page, "j", "j")
    opened = page.locator("tbody tr").nth(1).get_by_role("link").first.inner_text()
    press(page, "Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(opened)
    press(page, "n")
    expect(page.locator("[name=purpose]")).to_be_focused()
    page.keyboard.type("Question")
    press(page, "Tab")
    page.keyboard.type("Asks for the catalogue.")
    press(page, "Tab")
    expect(page.locator("[name=outcome]")).to_be_focused()
    press(page, "ArrowDown", "Tab", "Tab", "Enter")  # Enter in the minutes sends the form
    expect(page.get_by_text("Asks for the catalogue.").first).to_be_visible()
    logged = Interaction.objects.get()
    assert (logged.customer, logged.purpose) == (Customer.objects.get(name=opened), "Question")
    press(page, "g", "t")
    page.wait_for_url("**/tasks/")
    press(page, "j", "d")
    expect(page.get_by_text("Done: Call Alpha")).to_be_visible()
    assert Task.objects.get().done_at is not None


def test_who_types_at_once_is_not_taken_back_to_the_first_field(page_for: PageFor) -> None:
    customer = CustomerFactory.create(last_contact_at=NOON)
    page = page_for("service")
    page.goto(customer.get_absolute_url())
    page.evaluate(
        "() => { late = []; setTimeout = (work) => late.push(work); }"
    )  # as on a machine too busy for its timers
    press(page, "n")
    expect(page.locator("[name=purpose]")).to_be_focused()
    press(page, "Tab")
    page.evaluate("late.forEach((work) => work())")
    expect(page.locator("[name=notes]")).to_be_focused()


def test_a_customer_is_found_by_name_and_reached_without_the_mouse(page_for: PageFor) -> None:
    CustomerFactory.create(name="Alpenblick Feinkost", last_contact_at=NOON)
    page = page_for("sales")
    page.goto("/tasks/")
    press(page, "/")
    page.keyboard.type("alpenbl")
    press(page, "Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Alpenblick Feinkost")


def test_the_first_stop_leads_past_the_navigation(page_for: PageFor) -> None:
    page = page_for("sales")
    page.goto("/customers/")
    press(page, "Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    press(page, "Enter")
    expect(page.locator("#content")).to_be_focused()


def test_a_key_pressed_just_as_a_dialog_closes_is_heard(page_for: PageFor) -> None:
    """Its field still has the focus, and nobody can type there any more."""
    page = page_for("service")
    page.goto("/tasks/")
    what = page.locator("#dialog").get_by_label("What", exact=True)
    page.keyboard.press("t")
    expect(what).to_be_focused()
    page.evaluate("""() => {
      document.getElementById("dialog").close();
      document.activeElement.dispatchEvent(new KeyboardEvent("keydown", {key: "t", bubbles: true, cancelable: true}));
    }""")
    expect(page.locator("#dialog")).to_be_visible()
