"""The main job on the demo company, as its people do it: sign in, read the verdicts, bring a file in, log a contact.

Loading the company takes longest, so what loading it must do is asked here too (`tests.demo.seeded`).
"""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings
from playwright.sync_api import Page, expect

from crm.common.days import start_of, today
from customers.models import Call, Customer, Interaction
from demo import sign_ins
from demo.plan import timeline
from demo.seeding import Loaded, OtherDay, seed_demo
from metrics.engine.series import points
from metrics.kpis import get_kpi
from metrics.models import Mark
from tests.demo.seeded import assert_customers_are_unified, assert_the_planted_effects_are_found
from tests.live import LiveStack

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

Wait = Callable[[Callable[[], object]], None]


@pytest.fixture
def company(live_stack: LiveStack, settings: LazySettings, tmp_path: Path) -> Loaded:
    """As `make run` loads it: before there is a worker, which would compute beside it what is still to change."""
    live_stack.kill_worker()
    settings.VAR_DIR = tmp_path
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]  # what the live server reads
    loaded = seed_demo(last=None, today=today())
    live_stack.heal()
    return loaded


def test_from_loading_to_sign_in_to_verdict_to_contact(
    page: Page, company: Loaded, wait_for: Wait, tmp_path: Path
) -> None:
    its_effects_are_found(company)
    loaded_again_nothing_changes(company, wait_for)
    sign_in(page, "manager")
    read_the_verdicts(page)
    bring_a_queue_log(page, wait_for, tmp_path)
    page.goto("/roi/")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_text("Callers who stay and order").first).to_be_visible()
    sign_out(page)
    sign_in(page, "sales")
    log_a_contact(page)


def its_effects_are_found(company: Loaded) -> None:
    assert (company.rejected, company.parked, company.created) == (0, 0, company.rows)
    assert_customers_are_unified(company)
    assert_the_planted_effects_are_found(today() - timedelta(days=1))


def loaded_again_nothing_changes(company: Loaded, wait_for: Wait) -> None:
    again = seed_demo(last=None, today=today())
    assert (again.created, again.unchanged, again.customers) == (0, company.rows, company.customers)
    assert again.baselines == company.baselines
    wait_for(lambda: not Mark.objects.exists())
    with pytest.raises(OtherDay):
        seed_demo(last=today() - timedelta(days=2), today=today())


def sign_in(page: Page, role: str) -> None:
    page.goto("/")
    page.locator("input[name=login]").fill(sign_ins.USERS[role])
    page.locator("input[name=password]").fill(sign_ins.PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(lambda url: "login" not in url)
    page.goto("/dashboard/" if role == "manager" else "/customers/")


def sign_out(page: Page) -> None:
    page.context.clear_cookies()


def read_the_verdicts(page: Page) -> None:
    """Ten seconds on the dashboard, then why satisfaction, which rose, is not called better."""
    score = page.locator("#score")
    expect(score).to_contain_text("4 improved")
    expect(score).to_contain_text("1 worse")
    page.get_by_role("link", name="Customer satisfaction").click()
    expect(page.get_by_text("The baseline itself was moving").first).to_be_visible()
    page.goto("/kpis/aht/")
    expect(page.get_by_text("and that is worse").first).to_be_visible()


def bring_a_queue_log(page: Page, wait_for: Wait, folder: Path) -> None:
    """One more call of today through upload, mapping and worker; the worker then recomputes its day."""
    at = int((start_of(today()) - timedelta(hours=12)).timestamp())
    log = folder / "queue_log.new"
    log.write_text(
        f"{at}|late.1|sales|NONE|ENTERQUEUE||anonymous|1\n{at + 8}|late.1|sales|SIP/201|CONNECT|8|x|3\n"
        f"{at + 68}|late.1|sales|SIP/201|COMPLETEAGENT|8|60|1\n{at + 70}|late.2|sales|NONE|ENTER"
    )
    before = answered_calls()
    page.goto("/imports/new/")
    page.get_by_label("File").set_input_files(log)
    page.get_by_label("Source").fill("telephone")
    page.get_by_label("What it holds").select_option("calls")
    page.get_by_role("button", name="Upload").click()
    page.get_by_role("button", name="Import").click()
    expect(page.get_by_text("cut off; read again once complete")).to_be_visible(timeout=60_000)
    assert Call.objects.get(callid="late.1").talk_ms == 60_000
    wait_for(lambda: answered_calls() == before + 1)


def answered_calls() -> int:
    (total,) = points(kpi=get_kpi("asa"), first=timeline(last=today()).first, last=today())
    return total.n


def log_a_contact(page: Page) -> None:
    """Find a customer by a piece of the name, then two clicks."""
    customer = Customer.objects.filter(name__contains="有限公司").order_by("id")[0]
    page.locator("[data-global-search]").fill(customer.name[:6])
    page.get_by_role("option", name=customer.name).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(customer.name)
    found = Customer.objects.get(pk=int(page.url.rstrip("/").rsplit("/", 1)[1]))
    before = found.interactions.count()
    page.get_by_role("link", name="Phone", exact=True).click()
    page.get_by_label("Purpose").first.fill("repair")
    page.get_by_label("Notes").fill("It broke")
    page.get_by_role("button", name="Log contact").click()
    expect(page.get_by_text("Logged").first).to_be_visible()
    assert found.interactions.count() == before + 1
    assert Interaction.objects.latest("id").agent is not None
