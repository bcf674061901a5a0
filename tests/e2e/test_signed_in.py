"""What being signed in means in a real browser: one's limits, and that nothing of it stays behind."""

import pytest
from django.conf import settings
from playwright.sync_api import BrowserContext, expect

from crm.common.limits.counting import take
from customers.models import Customer
from tests.conftest import UserFor
from tests.factories.customers import CustomerFactory
from tests.live import LiveStack

pytestmark = pytest.mark.browser


def test_too_much_searching_is_said_on_a_page_and_on_the_page_that_asked(
    context: BrowserContext, live_stack: LiveStack, user_for: UserFor
) -> None:
    """Not the usual page: the browser's console calls an answer 429 an error, and here it is what is wanted."""
    user, rate = user_for("sales"), settings.CRM_LIMITS["search"]
    for _ in range(rate.uses):
        take(rate, "limit", "search", user.pk)
    context.add_cookies(live_stack.sign_in_cookies(user))  # type: ignore[arg-type]
    page = context.new_page()

    page.goto("/customers/")
    page.evaluate("htmx.ajax('GET', '/customers/?q=acme', {target: '#content'})")
    expect(page.locator("#messages")).to_contain_text("Too many requests: at most 120 in 1 minute.")
    expect(page.get_by_role("heading", name="Customers")).to_be_visible()

    answer = page.goto("/customers/?q=acme")
    assert answer is not None
    assert answer.status == 429
    expect(page.get_by_role("heading", name="Too many requests")).to_be_visible()
    expect(page.get_by_text("Try again in")).to_be_visible()


def test_an_answer_that_cannot_be_shown_in_place_is_said_and_what_was_typed_stays(
    context: BrowserContext, live_stack: LiveStack, user_for: UserFor
) -> None:
    """Here too the console calls the answer an error, and it is what is wanted."""
    customer = CustomerFactory.create(name="Gone Ltd")
    context.add_cookies(live_stack.sign_in_cookies(user_for("sales")))  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"/customers/{customer.pk}/")
    page.get_by_role("link", name="E-mail", exact=True).click()
    page.wait_for_load_state("networkidle")
    page.get_by_label("Notes").fill("Wants a new offer")
    expect(page.get_by_label("Notes")).to_have_value("Wants a new offer")
    Customer.objects.filter(pk=customer.pk).delete()
    said = page.locator("#messages").get_by_text("That did not work: what it is about may be gone")
    for _again in range(2):
        with page.expect_response(lambda answer: answer.status == 404):
            page.get_by_role("button", name="Log contact").click()
        expect(said).to_have_count(1)
    expect(page.get_by_label("Notes")).to_have_value("Wants a new offer")

    context.set_offline(True)
    page.get_by_role("button", name="Close").click()
    expect(said).to_have_count(0)
    page.get_by_role("button", name="Log contact").click()
    expect(said).to_have_count(1)


def test_back_shows_nothing_after_signing_out(
    context: BrowserContext, live_stack: LiveStack, user_for: UserFor
) -> None:
    customer = CustomerFactory.create(name="Secret Ltd")
    context.add_cookies(live_stack.sign_in_cookies(user_for("sales")))  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"/customers/{customer.pk}/")
    expect(page.get_by_role("heading", name="Secret Ltd")).to_be_visible()
    page.goto("/accounts/logout/")
    page.get_by_role("main").get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/accounts/login/")
    page.go_back()
    page.go_back()
    expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
    assert "Secret Ltd" not in page.content()
