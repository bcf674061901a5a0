"""Take the README's screenshots of a running demo: `make run`, then `.venv/bin/python scripts/screenshots.py [URL]`."""

import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from crm.make import browser as chromium  # noqa: E402
from demo import sign_ins  # noqa: E402 - the checkout is not installed

IMAGES = ROOT / "docs" / "images"
DESKTOP, PHONE = ViewportSize(width=1280, height=800), ViewportSize(width=390, height=780)
# file name, path, role, window, theme, language
SHOTS = (
    ("dashboard", "/dashboard/", "manager", DESKTOP, "light", "en"),
    ("dashboard-dark-chinese", "/dashboard/", "manager", DESKTOP, "dark", "zh-hans"),
    ("kpi-improved", "/kpis/abandon_rate/", "manager", DESKTOP, "light", "en"),
    ("kpi-fooled", "/kpis/csat/", "manager", DESKTOP, "light", "en"),
    ("roi", "/roi/", "manager", DESKTOP, "light", "en"),
    ("customers", "/customers/?sort=-last_contact_at", "sales", DESKTOP, "light", "en"),
    ("customer", "first customer", "sales", DESKTOP, "light", "en"),
    ("customer-phone", "first customer", "sales", PHONE, "light", "en"),
    ("imports", "/imports/", "manager", DESKTOP, "light", "en"),
)


def main() -> int:
    url = (sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000").rstrip("/")
    IMAGES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=["--no-sandbox", "--disable-gpu"])
        for shot in SHOTS:
            sys.stdout.write(f"{take(browser, url, *shot)}\n")
        browser.close()
    return 0


def take(
    browser: Browser, url: str, name: str, path: str, role: str, window: ViewportSize, theme: str, language: str
) -> Path:
    context = browser.new_context(base_url=url, viewport=window, locale="en-GB")
    context.add_cookies(
        [{"name": "theme", "value": theme, "url": url}, {"name": "django_language", "value": language, "url": url}]
    )
    page = context.new_page()
    sign_in(page, sign_ins.USERS[role])
    if path == "first customer":
        page.goto("/customers/?tier=2&sort=-last_contact_at")  # gold
        page.locator("table tbody a").first.click()
    else:
        page.goto(path)
    page.wait_for_load_state("networkidle")
    if page.locator("[data-chart]").count():
        page.wait_for_function("[...document.querySelectorAll('[data-chart]')].every((box) => 'ready' in box.dataset)")
    target = IMAGES / f"{name}.png"
    page.screenshot(path=target)
    context.close()
    return target


def sign_in(page: Page, email: str) -> None:
    page.goto("/")
    page.fill("input[name=login]", email)
    page.fill("input[name=password]", sign_ins.PASSWORD)
    page.locator("form:has(input[name=password]) button[type=submit]").click()
    page.wait_for_load_state("networkidle")


if __name__ == "__main__":
    sys.exit(main())
