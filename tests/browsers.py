"""Fixtures of the browser tests: the system's Chromium under Playwright."""

import os
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from crm.make import browser as chromium
from tests.live import LiveStack

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
]


# Playwright keeps an event loop in this thread; Django's queries of the same thread are no less safe for that.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = chromium.find()
    if path is None:
        advice = f"no Chromium; install one: {chromium.COMMAND}"
        if os.environ.get("CI"):
            pytest.fail(advice)
        pytest.skip(advice)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield started
        started.close()


@pytest.fixture(scope="session")
def window(browser: Browser, live_processes: LiveStack) -> Iterator[BrowserContext]:
    """One for all tests, each of which has it to itself: a new one reads and compiles all style sheets and scripts
    again, which takes a second, and so does one in which no page is open.
    """
    made = browser.new_context(base_url=live_processes.url, viewport={"width": 1440, "height": 900}, locale="en-GB")
    made.set_default_timeout(15_000)
    made.new_page().goto("/accounts/login/")
    yield made
    made.close()


@pytest.fixture
def context(window: BrowserContext, live_stack: LiveStack) -> Iterator[BrowserContext]:
    yield window
    forget_all(window)


def forget_all(window: BrowserContext) -> None:
    """Nothing of what was opened, set or kept stays, but for the first page and the files that never change."""
    window.set_offline(False)
    window.clear_cookies()
    window.clear_permissions()
    window.unroute_all()
    for page in window.pages[1:]:
        place = urlsplit(page.url)
        if place.netloc:
            kept = {"origin": f"{place.scheme}://{place.netloc}", "storageTypes": "all"}
            window.new_cdp_session(page).send("Storage.clearDataForOrigin", kept)
        page.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page; what its console calls an error (a script's or the content security policy's) fails the test."""
    errors: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type == "error":
            errors.append(message.text)

    made = context.new_page()
    made.on("console", note)
    made.on("pageerror", lambda error: errors.append(str(error)))
    yield made
    assert errors == []


@pytest.fixture
def page_for(
    context: BrowserContext, page: Page, live_stack: LiveStack, user_for: Callable[..., object]
) -> Callable[[str], Page]:
    """The page, signed in as a user of a role."""

    def sign_in(role: str) -> Page:
        context.add_cookies(live_stack.sign_in_cookies(user_for(role)))  # type: ignore[arg-type]
        return page

    return sign_in
