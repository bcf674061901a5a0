"""Something done to many customers in a real browser, by a real worker: confirmed, watched, taken back, downloaded."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from customers.models import Customer
from tests.factories.customers import CustomerFactory
from tests.live import LiveStack

pytestmark = pytest.mark.browser


@pytest.fixture
def three(live_stack: LiveStack) -> None:
    CustomerFactory.create_batch(3, country="FR")
    CustomerFactory.create(country="CN")


@pytest.mark.usefixtures("three")
def test_assigned_and_taken_back(live_stack: LiveStack, page_for: Callable[[str], Page]) -> None:
    page = page_for("sales")
    page.goto(f"{live_stack.url}/customers/bulk/?action=assign_owner&query=country%3DFR")
    page.get_by_label("Owner").select_option(label="Sales")
    page.get_by_role("button", name="Assign: 3 customers").click()
    expect(page.get_by_text("3 customers were changed.")).to_be_visible(timeout=30_000)
    assert Customer.objects.filter(owner__name="Sales").count() == 3
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("3 customers are as before.")).to_be_visible(timeout=30_000)
    assert not Customer.objects.exclude(owner=None).exists()


@pytest.mark.usefixtures("three")
def test_exported_and_downloaded(live_stack: LiveStack, page_for: Callable[[str], Page]) -> None:
    page = page_for("sales")
    page.goto(f"{live_stack.url}/customers/bulk/?action=export&query=country%3DFR")
    page.get_by_label("File").select_option("csv")
    page.get_by_role("button", name="Export: 3 customers").click()
    expect(page.get_by_text("3 customers are in the file.")).to_be_visible(timeout=30_000)
    with page.expect_download() as got:
        page.get_by_role("link", name="Download").click()
    assert len(Path(got.value.path()).read_text("utf-8-sig").splitlines()) == 4
