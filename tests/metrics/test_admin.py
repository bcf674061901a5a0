from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.messages import get_messages

from accounts.models import User
from metrics.models import Benefit, CheckRun, CostEntry, KpiTarget, OtherChange, Rollout
from tests.conftest import NOON, ClientFor
from tests.factories.accounts import TeamFactory, UserFactory
from tests.forms import as_shown
from tests.metrics import figures

pytestmark = pytest.mark.django_db
COST = {"date": "2026-03-01", "category": "training", "currency": "EUR", "planned": "1000"}


def said(answer: Any) -> list[str]:
    return [str(message) for message in get_messages(answer.wsgi_request)]


def test_a_target_is_added_through_the_domain_and_never_changed(client_for: ClientFor) -> None:
    owner, client = UserFactory.create(), client_for("administrator")
    given = {"kpi": "nps", "value": "42", "due_on": "2027-06-30", "owner": owner.pk}

    refused = client.post("/admin/metrics/kpitarget/add/", {**given, "value": "120"})
    assert said(refused) == ["nps is between -100 and 100, not 120."]
    client.post("/admin/metrics/kpitarget/add/", given)

    target = KpiTarget.objects.get()
    assert (target.value, target.set_by) == (Decimal(42), User.objects.get(email="administrator@test.example"))
    assert client.post(f"/admin/metrics/kpitarget/{target.pk}/change/", given).status_code == 403


def test_a_cost_is_converted_by_the_domain(client_for: ClientFor) -> None:
    client = client_for("administrator")

    client.post("/admin/metrics/costentry/add/", COST)

    cost = CostEntry.objects.get()
    assert cost.planned_company == Decimal(1000)
    url = f"/admin/metrics/costentry/{cost.pk}/change/"
    client.post(url, {**as_shown(client.get(url), with_field="currency"), "actual": "900"})
    cost.refresh_from_db()
    assert cost.actual_company == Decimal(900)
    client.post(f"/admin/metrics/costentry/{cost.pk}/delete/", {"post": "yes"})
    assert not CostEntry.objects.exists()


def test_what_the_domain_refuses_is_said_and_not_kept(client_for: ClientFor) -> None:
    answer = client_for("administrator").post("/admin/metrics/costentry/add/", {**COST, "currency": "USD"})

    assert answer.headers["Location"] == "/admin/metrics/costentry/add/"
    assert said(answer) == ["there is no exchange rate from USD to EUR on or before 2026-03-01"]
    assert not CostEntry.objects.exists()


def test_a_benefit_with_amounts_by_year(client_for: ClientFor) -> None:
    client = client_for("administrator")
    given = {"name": "Fewer licences", "hardness": "hard", "share_percent": "80", "year_1": "500"}

    client.post("/admin/metrics/benefit/add/", given)

    benefit = Benefit.objects.get()
    assert (benefit.amounts, benefit.share) == ([{"year": 1, "amount": "500"}], Decimal("0.8"))
    client.post(f"/admin/metrics/benefit/{benefit.pk}/delete/", {"post": "yes"})
    assert not Benefit.objects.exists()


def test_go_live_and_other_changes(client_for: ClientFor) -> None:
    team, client = TeamFactory.create(), client_for("administrator")

    client.post("/admin/metrics/rollout/add/", {"team": team.pk, "went_live_on": "2026-07-01", "phase": "1"})
    client.post("/admin/metrics/otherchange/add/", {"what": "Strike", "happened_from": "2026-07-01", "kpis": ["aht"]})

    assert Rollout.objects.get().went_live_on == date(2026, 7, 1)
    assert OtherChange.objects.get().kpis == ["aht"]
    client.post(f"/admin/metrics/rollout/{Rollout.objects.get().pk}/delete/", {"post": "yes"})
    client.post(f"/admin/metrics/otherchange/{OtherChange.objects.get().pk}/delete/", {"post": "yes"})
    assert not Rollout.objects.exists()
    assert not OtherChange.objects.exists()


def test_what_the_engine_keeps_can_only_be_looked_at(client_for: ClientFor) -> None:
    frozen = figures.baseline("aht")
    judged = figures.evaluation("aht", "improved")
    client = client_for("administrator")

    for place in (f"baseline/{frozen.pk}", f"evaluation/{judged.pk}"):
        assert client.get(f"/admin/metrics/{place}/change/").status_code == 200
        assert client.post(f"/admin/metrics/{place}/change/", {}).status_code == 403
        assert client.post(f"/admin/metrics/{place}/delete/", {"post": "yes"}).status_code == 403
    assert client.get("/admin/metrics/rollup/add/").status_code == 403


def test_a_night_s_check_says_what_it_found(client_for: ClientFor) -> None:
    client, now = client_for("administrator"), NOON
    found = [
        {"what": "rows", "key": "order_line", "count": 3},
        {"what": "built", "key": "issue", "count": 2},
        {"what": "figures", "key": "gone_since", "count": 1},
        {"what": "left", "key": "call", "count": 9},
        {"what": "unchecked", "key": "issue", "count": 1},
    ]
    runs = [CheckRun.objects.create(started_at=now, finished_at=end, found=told)
            for end, told in ((now, found), (now, []), (None, []))]  # fmt: skip

    page = client.get("/admin/metrics/checkrun/").content.decode()

    assert "order lines: 3 rows written anew; issues: 2 rows marked to be built again" in page
    assert "gone_since: 1 figures marked to be computed again" in page
    assert "calls: somebody else was at them, so some are left to the next night" in page
    assert "issues: somebody else was at them, so some are left to the next night" in page
    assert page.count("nothing wrong") == 1
    assert client.get(f"/admin/metrics/checkrun/{runs[0].pk}/change/").status_code == 200
    assert client.post(f"/admin/metrics/checkrun/{runs[0].pk}/delete/", {"post": "yes"}).status_code == 403
    assert client_for("manager").get("/admin/metrics/checkrun/").status_code in {302, 403}
