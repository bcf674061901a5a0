"""The frame in a real browser: keyboard, menus, theme, language, phone width, and without JavaScript."""

import re
from collections.abc import Callable

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from playwright.sync_api import Browser, Page, expect

from accounts.models import User
from tests.conftest import UserFor
from tests.factories.customers import CustomerFactory
from tests.live import LiveStack

pytestmark = pytest.mark.browser


def test_a_slash_focuses_search_except_while_typing(page_for: Callable[[str], Page]) -> None:
    page = page_for("sales")
    page.goto("/me/")
    page.keyboard.press("/")
    search = page.get_by_role("combobox", name="Search customers")
    expect(search).to_be_focused()
    page.get_by_label("Name").fill("")
    page.get_by_label("Name").press("/")
    expect(page.get_by_label("Name")).to_have_value("/")


def test_g_and_a_letter_lead_to_what_there_is(page_for: Callable[[str], Page]) -> None:
    page = page_for("manager")
    page.goto("/me/")
    page.keyboard.press("g")
    page.keyboard.press("c")
    page.wait_for_url("**/customers/")
    page.keyboard.press("g")
    page.keyboard.press("d")
    page.wait_for_url("**/dashboard/")
    page.keyboard.press("d")
    page.keyboard.press("Control+g")
    page.keyboard.press("c")
    expect(page).to_have_url(re.compile("/dashboard/$"))


def test_keys_do_nothing_while_typing_or_while_a_dialog_is_open(page_for: Callable[[str], Page]) -> None:
    page = page_for("manager")
    page.goto("/me/")
    page.get_by_label("Name").press("g")
    page.get_by_label("Name").press("c")
    page.get_by_label("Name").press("?")
    expect(page.get_by_label("Name")).to_have_value(re.compile(r"gc\?"))
    help_of_keys = page.get_by_role("dialog", name="Keys")
    expect(help_of_keys).to_have_count(0)
    page.locator("body").click(position={"x": 1, "y": 1})
    page.keyboard.press("?")
    expect(help_of_keys).to_be_visible()
    page.keyboard.press("g")
    page.keyboard.press("c")
    page.keyboard.press("/")
    expect(page).to_have_url(re.compile("/me/$"))
    page.keyboard.press("Escape")
    expect(help_of_keys).to_be_hidden()


def test_a_question_mark_tells_the_keys_of_the_page_and_of_those_that_may(page_for: Callable[[str], Page]) -> None:
    customer = CustomerFactory.create()
    page = page_for("sales")
    page.goto(f"/customers/{customer.pk}/")
    page.keyboard.press("?")
    told = page.get_by_role("dialog", name="Keys").locator("dl").all_inner_texts()
    on_this_page, everywhere = (" ".join(text.split()) for text in told)
    assert "n Phone" in on_this_page
    assert everywhere.startswith("/ Ctrl K Search")
    assert "g c Customers" in everywhere
    assert "Dashboard" not in everywhere, "not for sales"


def test_theme_and_language_are_kept(page_for: Callable[[str], Page]) -> None:
    page = page_for("sales")
    page.goto("/me/")
    page.get_by_label("Light or dark").click()
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    page.get_by_role("button", name="中文").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-hans")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    expect(page.locator("html")).to_have_attribute("lang", "zh-hans")
    assert User.objects.get(email="sales@test.example").language == "zh-hans"


def test_an_automatic_theme_follows_the_system(page: Page) -> None:
    page.emulate_media(color_scheme="dark")
    page.goto("/accounts/login/")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    page.emulate_media(color_scheme="light")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "light")


def test_one_menu_is_open_at_a_time_and_escape_closes_it(page_for: Callable[[str], Page]) -> None:
    page = page_for("sales")
    page.goto("/me/")
    page.get_by_label("Light or dark").click()
    page.locator(".user-button").click()
    assert page.locator("details.menu[open]").count() == 1
    page.keyboard.press("Escape")
    assert page.locator("details.menu[open]").count() == 0


def test_a_phone_has_the_navigation_behind_a_button_and_the_looks_in_the_users_menu(
    page_for: Callable[[str], Page],
) -> None:
    page = page_for("administrator")
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto("/me/")
    entry = page.get_by_role("link", name="Administration")
    expect(entry).to_be_hidden()
    page.get_by_label("Navigation").click()
    expect(entry).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_label("Light or dark")).to_be_hidden()
    page.locator(".user-button").click()
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    page.locator(".user-button").click()
    page.get_by_role("button", name="中文").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-hans")


def test_people_sign_in_save_and_sign_out_without_script(
    browser: Browser, live_stack: LiveStack, user_for: UserFor
) -> None:
    user = user_for("sales")
    user.password = PBKDF2PasswordHasher().encode("a-long-test-password", "salt")  # the live server's own hasher
    user.save()
    context = browser.new_context(base_url=live_stack.url, java_script_enabled=False, locale="en-GB")
    page = context.new_page()
    page.goto("/me/")
    page.get_by_label("Email").fill("sales@test.example")
    page.get_by_label("Password").fill("a-long-test-password")
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_label("Name").fill("Zoë Ångström")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Your profile is saved.")).to_be_visible()
    page.locator(".user-button").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(f"{live_stack.url}/accounts/login/")
    assert User.objects.get(email="sales@test.example").name == "Zoë Ångström"
    context.close()
