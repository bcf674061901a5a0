"""My day in a real browser: from the page to what is behind it, with one click or one key."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from crm.common.days import start_of, today
from customers.models import Task
from tests.factories.customers import CustomerFactory
from tests.factories.interactions import InteractionFactory
from tests.factories.to_do import TaskFactory
from tests.live import LiveStack

pytestmark = pytest.mark.browser
PageFor = Callable[[str], Page]


def test_a_task_is_done_with_one_click_and_leaves_the_page(page_for: PageFor, live_stack: LiveStack) -> None:
    page = page_for("sales")
    user = User.objects.get(email="sales@test.example")
    for what in ("Call back", "Send the offer"):
        TaskFactory.create(what=what, assignee=user, due_on=today(), due_at=start_of(today()))
    page.goto("/me/")
    page.keyboard.press("g")
    page.keyboard.press("h")
    expect(page.get_by_role("heading", level=1)).to_have_text("Today")
    due = page.get_by_role("region", name="Due today")
    expect(due.get_by_role("link", name="Show all")).to_have_text("2 · Show all")
    due.get_by_role("button", name="Done: Call back").click()
    expect(due.get_by_text("Call back")).to_have_count(0)
    expect(due.get_by_role("link", name="Show all")).to_have_text("1 · Show all")
    assert list(Task.objects.filter(done_at=None).values_list("what", flat=True)) == ["Send the offer"]


def test_what_is_new_is_read_by_opening_the_customer(page_for: PageFor, live_stack: LiveStack) -> None:
    page = page_for("sales")
    at = start_of(today())
    user = User.objects.get(email="sales@test.example")
    customer = CustomerFactory.create(name="Acme", owner=user, last_contact_at=at)
    InteractionFactory.create(customer=customer, occurred_at=at, direction="out")
    page.goto("/")
    page.get_by_role("region", name="New with my customers").get_by_role("link", name="Acme").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Acme")
    page.goto("/")
    expect(page.get_by_role("region", name="New with my customers")).to_contain_text("Nothing new.")
    expect(page.get_by_role("region", name="Recently viewed")).to_contain_text("Acme")


def test_whether_it_works_comes_by_itself(page_for: PageFor, live_stack: LiveStack) -> None:
    page = page_for("manager")
    page.goto("/")
    expect(page.get_by_role("region", name="Is the CRM working?")).to_contain_text("No figures yet")
