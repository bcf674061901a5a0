"""Every page in every look, on one sheet: `make run`, then `.venv/bin/python scripts/contact_sheet.py [URL]`.

Pictures and `index.html` go to `var/contact-sheet/`. Pages that scroll sideways, answer with an error or complain on
the console are named and end it with 1. A company without customers (`CRM_DEMO=0 make run`) shows its empty pages.
"""

import argparse
import html
import sys
from collections.abc import Iterator
from itertools import product
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from crm.make import browser as chromium  # noqa: E402 - the checkout is not installed
from demo import sign_ins  # noqa: E402

WIDTHS, THEMES, LANGUAGES = (1440, 1280, 768, 390), ("light", "dark"), ("en", "zh-hans")
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
# Where a page has a number in its address, the first link of that kind on the page named before it.
PAGES = {
    "service": (
        "/", "/customers/", "/customers/?view=overdue", "/customers/new/", "/tasks/", "/tasks/new/", "/orders/",
        "/invoices/?view=overdue", "/tiers/", "/me/", "/me/notices/", "/me/calendar/",
        "/tasks/ > /tasks/#/", "CUSTOMER", "CUSTOMER orders/", "CUSTOMER people/",
        "CUSTOMER people/new/", "CUSTOMER notes/", "CUSTOMER notes/new/", "CUSTOMER tasks/", "CUSTOMER sources/",
        "CUSTOMER history/", "CUSTOMER edit/", "CUSTOMER interactions/new/", "CUSTOMER orders/ > /orders/#/",
        "CUSTOMER orders/ > /invoices/#/", "CUSTOMER people/ > /people/#/", "CUSTOMER owner/", "/today/unmatched/",
        "/today/customers/",
    ),
    "manager": (
        "/", "/dashboard/", "/scorecard/", "/kpis/", "/kpis/abandon_rate/", "/kpis/csat/", "/roi/", "/programme/",
        "/programme/changes/", "/imports/", "/imports/new/", "/imports/ > /imports/#/", "/tags/",
        "/tags/ > /tags/#/",
    ),
}  # fmt: skip
CUSTOMER = "/customers/?sort=-revenue > /customers/#/"


def main() -> int:
    chosen = _arguments()
    folder = Path(chosen.to)
    folder.mkdir(parents=True, exist_ok=True)
    looks = list(product(chosen.widths, chosen.themes, chosen.languages))
    faults: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=["--no-sandbox", "--disable-gpu"])
        for role, pages in PAGES.items():
            addresses = dict(_addresses(browser, chosen.url, role, [one for one in pages if chosen.only in one]))
            for look in looks:
                faults += _take(browser, chosen.url, role, addresses, look, folder)
        browser.close()
    _write_sheet(folder, faults)
    sys.stdout.write("".join(f"{fault}\n" for fault in faults) + f"{folder / 'index.html'}\n")
    return 1 if faults else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url", nargs="?", default="http://127.0.0.1:8000", type=lambda url: url.rstrip("/"))
    parser.add_argument("--to", default=str(ROOT / "var" / "contact-sheet"))
    parser.add_argument("--only", default="", help="pages whose address has this in it")
    parser.add_argument("--widths", nargs="+", type=int, default=WIDTHS)
    parser.add_argument("--themes", nargs="+", choices=THEMES, default=THEMES)
    parser.add_argument("--languages", nargs="+", choices=LANGUAGES, default=LANGUAGES)
    return parser.parse_args()


def _addresses(browser: Browser, url: str, role: str, pages: list[str]) -> Iterator[tuple[str, str]]:
    """What each is called, and where it is in this company; pages of what the company does not have are passed over."""
    page = _signed_in(browser.new_context(base_url=url), role)
    customer = _find(page, CUSTOMER)
    for name in pages:
        place = name.replace("CUSTOMER ", customer or "CUSTOMER").replace("CUSTOMER", customer or "")
        found = _find(page, place) if customer or "CUSTOMER" not in name else ""
        if found:
            yield name, found
    page.context.close()


def _find(page: Page, place: str) -> str:
    """`/orders/ > /orders/#/`: the first link there that is like it."""
    where, _, wanted = place.partition(" > ")
    if not wanted:
        return where
    page.goto(where)
    links = page.locator("main a").evaluate_all("links => links.map((link) => link.getAttribute('href') || '')")
    before, _, after = wanted.partition("#")
    like = (link for link in links if link.startswith(before) and link.endswith(after))
    return next((link for link in like if link.removeprefix(before).removesuffix(after).isdecimal()), "")


def _signed_in(context: BrowserContext, role: str) -> Page:
    page = context.new_page()
    page.goto("/")
    page.fill("input[name=login]", sign_ins.USERS[role])
    page.fill("input[name=password]", sign_ins.PASSWORD)
    page.locator("form:has(input[name=password]) button[type=submit]").click()
    page.wait_for_url(lambda url: "login" not in url)
    return page


def _take(
    browser: Browser, url: str, role: str, addresses: dict[str, str], look: tuple[int, str, str], folder: Path
) -> list[str]:
    width, theme, language = look
    context = browser.new_context(base_url=url, viewport=ViewportSize(width=width, height=900), locale="en-GB")
    cookies = {"theme": theme, "django_language": language}
    context.add_cookies([{"name": name, "value": value, "url": url} for name, value in cookies.items()])
    page, errors, faults = _signed_in(context, role), list[str](), list[str]()
    page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    for name, address in addresses.items():
        errors.clear()
        answer = page.goto(address)
        page.wait_for_load_state("networkidle")
        if answer and answer.status >= 400:
            errors.append(f"status {answer.status}")
        if page.evaluate(SIDEWAYS) > 0:
            errors.append("scrolls sideways")
        page.screenshot(path=folder / _file(role, name, look), full_page=True)
        faults += [f"{role} {address} {width} {theme} {language}: {error}" for error in errors]
    context.close()
    return faults


def _file(role: str, name: str, look: tuple[int, str, str]) -> str:
    plain = "".join(letter if letter.isalnum() else "-" for letter in name).strip("-") or "home"
    return "_".join((role, plain, *map(str, look))) + ".png"


def _write_sheet(folder: Path, faults: list[str]) -> None:
    pictures = sorted(path.name for path in folder.glob("*.png"))
    shown = "".join(f'<a href="{name}"><img src="{name}" alt="{name}" loading="lazy"></a>\n' for name in pictures)
    said = "".join(f"<li>{html.escape(fault)}</li>" for fault in faults)
    look = "body{font:14px sans-serif} img{width:23%;vertical-align:top;border:1px solid #ccc;margin:2px}"
    page = f'<!DOCTYPE html><meta charset="utf-8"><title>Pages</title><style>{look}</style><ul>{said}</ul>{shown}'
    (folder / "index.html").write_text(page, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
