"""Tasks and contacts by keyboard."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from customers.models import Task
from tests.conftest import NOON, UserFor
from tests.factories.accounts import NoticeFactory
from tests.factories.customers import CustomerFactory
from tests.factories.to_do import TaskFactory
from tests.live import LiveStack

pytestmark = pytest.mark.browser
PageFor = Callable[[str], Page]


def mine(user: User, what: str, **fields: object) -> Task:
    made: Task = TaskFactory.create(assignee=user, what=what, due_at=NOON, **{"customer": None, **fields})
    return made


def test_escape_asks_before_it_closes_what_was_typed(page_for: PageFor, live_stack: LiveStack) -> None:
    customer, page = CustomerFactory.create(name="Acme"), page_for("service")
    page.goto(f"/customers/{customer.pk}/")
    page.keyboard.press("n")
    notes = page.get_by_label("Notes")
    notes.fill("Half a sent")
    page.once("dialog", lambda dialog: dialog.dismiss())
    page.keyboard.press("Escape")
    expect(notes).to_have_value("Half a sent")
    page.once("dialog", lambda dialog: dialog.accept())
    page.keyboard.press("Escape")
    expect(notes).to_have_count(0)
    page.keyboard.press("n")
    expect(notes).to_have_value("")


def test_one_key_finishes_a_task_and_one_takes_it_back(
    page_for: PageFor, live_stack: LiveStack, user_for: UserFor
) -> None:
    me = user_for("service")
    for what in ("First", "Second", "Third"):
        mine(me, what, priority={"First": 1, "Second": 2, "Third": 3}[what])
    page = page_for("service")
    page.goto("/tasks/")
    rows = page.locator("tr[data-row]")
    expect(rows).to_have_count(3)
    page.keyboard.press("d")
    expect(rows).to_have_count(2)
    expect(page.get_by_text("Done: First")).to_be_visible()
    page.keyboard.press("u")
    expect(rows).to_have_count(3)
    expect(page.get_by_role("link", name="Second", exact=True)).to_be_focused()
    page.keyboard.press("d")
    expect(rows).to_have_count(2)
    expect(page.get_by_role("link", name="Third", exact=True)).to_be_focused()
    assert set(Task.objects.filter(done_at=None).values_list("what", flat=True)) == {"First", "Third"}
    page.keyboard.press("x")
    selected = page.locator(".bulk-bar").get_by_role("status")
    expect(selected).to_have_text("1 selected")
    page.get_by_role("link", name="First", exact=True).focus()
    page.keyboard.press("d")
    expect(rows).to_have_count(1)
    expect(selected).to_have_text("1 selected")  # also where the list was shown anew
    page.get_by_role("button", name="Mark as done").click()
    expect(page.get_by_role("button", name="Mark as done: 1 task")).to_be_visible()


def test_put_off_by_key_and_chosen_in_the_dialog(page_for: PageFor, live_stack: LiveStack, user_for: UserFor) -> None:
    mine(user_for("service"), "Call back")
    page = page_for("service")
    page.goto("/tasks/")
    page.keyboard.press("z")
    expect(page.get_by_role("button", name="Tomorrow")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("tr[data-row]")).to_have_count(0)
    expect(page.locator("#dialog")).to_be_hidden()
    assert Task.objects.get().snoozed_until is not None


def test_a_task_from_any_page(page_for: PageFor, live_stack: LiveStack, user_for: UserFor) -> None:
    customer, page = CustomerFactory.create(name="Acme"), page_for("sales")
    page.goto(f"/customers/{customer.pk}/")
    page.keyboard.press("t")
    dialog = page.locator("#dialog")
    expect(dialog.get_by_label("What")).to_be_focused()
    expect(dialog.get_by_text("Acme")).to_be_visible()
    dialog.get_by_label("What").fill("Write the offer")
    dialog.get_by_label("When").fill("mon 9:00")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Write the offer")).to_be_visible()
    assert Task.objects.values_list("customer", "assignee").get() == (customer.pk, user_for("sales").pk)


def test_the_bell_counts_and_its_list_is_read(page_for: PageFor, live_stack: LiveStack, user_for: UserFor) -> None:
    data = {"what": "Offer", "by": "Ada", "due_on": "2026-12-03", "due_time": ""}
    NoticeFactory.create(user=user_for("sales"), kind="task_assigned", data=data, url="/tasks/")
    page = page_for("sales")
    page.goto("/customers/")
    bell = page.get_by_role("link", name="Notices")
    expect(bell).to_contain_text("1")
    bell.click()
    page.get_by_role("link", name="Ada gave you a task: Offer").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Tasks")
    expect(page.get_by_role("link", name="Notices")).not_to_contain_text("1")
