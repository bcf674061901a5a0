"""The manager's way in a real browser: from a baseline frozen with a live preview to a target and the return."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal

import pytest
from playwright.sync_api import Browser, Page, expect

from crm.common import days
from metrics.engine.recomputing import recompute
from metrics.models import Baseline, CostEntry, KpiTarget, Rollout
from tests.conftest import UserFor
from tests.factories.accounts import TeamFactory
from tests.factories.importing import SourceSystemFactory
from tests.factories.telephony import CallFactory, QueueFactory
from tests.live import LiveStack
from tests.metrics import figures

pytestmark = pytest.mark.browser
OUTSIDE = "all => all.filter(one => one.scrollWidth > one.clientWidth).map(one => one.innerText.slice(0, 40))"


@pytest.fixture
def a_year_of_calls() -> None:
    """Two calls a month, one of them in time, and go-live in a month."""
    Rollout.objects.create(
        team=TeamFactory.create(key="north", name="North"), went_live_on=days.add_months(days.today(), 1)
    )
    shared = {"system": SourceSystemFactory.create(key="pbx"), "queue": QueueFactory.create(name="sales")}
    for back in range(1, 13):
        moment = datetime.combine(days.add_months(days.today(), -back), time(12), tzinfo=UTC)
        for waited_ms in (8_000, 40_000):
            CallFactory.create(entered_at=moment, answered_at=moment, waited_ms=waited_ms, **shared)
    recompute(full=True)


@pytest.mark.usefixtures("live_stack", "a_year_of_calls")
def test_a_baseline_is_previewed_live_and_frozen(page_for: Callable[[str], Page]) -> None:
    page = page_for("manager")
    page.goto("/dashboard/")
    page.locator("#kpi-service_level").get_by_role("link", name="freeze one").click()
    preview = page.locator("#preview")
    expect(preview).to_contain_text("50.0%")
    expect(preview).to_contain_text("n = 22")

    page.get_by_label("Window from").fill((days.today() - timedelta(days=100)).isoformat())
    page.get_by_label("Window from").dispatch_event("change")
    expect(preview).to_contain_text("n = 6")
    expect(preview).to_contain_text("descriptive only")

    page.get_by_label("I sign this baseline").check()
    page.get_by_role("button", name="Freeze and sign").click()
    expect(page.get_by_role("heading", name="Baseline of Service level")).to_be_visible()
    expect(page.locator("[data-chart] canvas")).to_be_visible()
    baseline = Baseline.objects.get()
    assert (baseline.value, baseline.n, str(baseline.signed_by)) == (Decimal("0.5"), 6, "Manager")


@pytest.mark.usefixtures("live_stack", "a_year_of_calls")
def test_a_target_is_set_from_the_dashboard(page_for: Callable[[str], Page]) -> None:
    page = page_for("manager")
    page.goto("/dashboard/")
    page.locator("#kpi-service_level").get_by_role("link", name="set one").click()
    page.get_by_label("Target (%)").fill("85")
    page.get_by_label("Due").fill((days.today() + timedelta(days=90)).isoformat())
    page.get_by_role("button", name="Set the target").click()

    expect(page.get_by_role("status")).to_contain_text("Target for Service level set:")
    assert KpiTarget.objects.get().value == Decimal("0.85")
    page.goto("/dashboard/")
    expect(page.locator("#kpi-service_level")).to_contain_text("85.0%")


@pytest.mark.usefixtures("live_stack", "a_year_of_calls")
def test_the_reason_opens_and_the_scope_switches(page_for: Callable[[str], Page]) -> None:
    figures.evaluation("service_level", "improved", reason="Measured and found better.")
    page = page_for("manager")
    page.goto("/dashboard/")
    reason = page.get_by_text("Measured and found better.")
    expect(reason).to_be_hidden()
    page.locator("#kpi-service_level summary").click()
    expect(reason).to_be_visible()

    page.get_by_role("link", name="1 improved").click()
    expect(page.locator("#kpi-asa")).to_have_count(0)
    page.get_by_role("combobox", name="Scope").select_option(label="North")
    expect(page.get_by_role("heading", name="Is the CRM working in North?")).to_be_visible()


@pytest.mark.usefixtures("live_stack", "a_year_of_calls")
def test_no_figure_lies_outside_of_its_table(page_for: Callable[[str], Page]) -> None:
    """Longest names and amounts, from a tablet to a small laptop: a reason was cut off at 1280 px."""
    for kpi in ("asa", "abandon_rate"):
        figures.evaluation(kpi, "no_evidence", low=-0.123, high=0.177, reason="The baseline itself moved. " * 9)
    large = {"baseline_value": Decimal(356_645), "current_value": Decimal(377_087), "n_baseline": 33_090}
    figures.evaluation("revenue", "no_evidence", change=1.057, low=1.01, high=1.11, reason="It swings. " * 20, **large)
    page = page_for("manager")
    for path in ("/dashboard/", "/scorecard/", "/kpis/"):
        page.goto(path)
        for width in (1280, 1000, 768):
            page.set_viewport_size({"width": width, "height": 900})
            outside = page.locator(".table-responsive, .table td, .table td > div").evaluate_all(OUTSIDE)
            assert outside == [], (path, width)


def test_all_of_it_reads_and_saves_without_javascript(
    browser: Browser, live_stack: LiveStack, user_for: UserFor, a_year_of_calls: None
) -> None:
    context = browser.new_context(base_url=live_stack.url, java_script_enabled=False)
    context.add_cookies(live_stack.sign_in_cookies(user_for("manager")))  # type: ignore[arg-type]
    page = context.new_page()
    page.goto("/kpis/service_level/baseline/")
    page.get_by_label("Window from").fill((days.today() - timedelta(days=100)).isoformat())
    page.get_by_role("button", name="Preview").click()
    assert "n = 6" in page.locator("#preview").inner_text()
    page.get_by_label("I sign this baseline").check()
    page.get_by_role("button", name="Freeze and sign").click()
    assert Baseline.objects.get().n == 6

    page.goto("/roi/costs/new/")
    page.get_by_label("Date").fill("2026-03-01")
    page.get_by_label("Category").select_option("training")
    page.get_by_label("Planned").fill("1000")
    page.get_by_role("button", name="Save").click()
    assert CostEntry.objects.get().planned_company == Decimal(1000)
    page.goto("/kpis/service_level/")
    page.locator("summary", has_text="All figures with their n").click()
    assert "50.0%" in page.locator(".chart-table").first.inner_text()
    context.close()
