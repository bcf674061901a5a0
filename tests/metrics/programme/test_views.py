from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from crm.common.versions import ChangedMeanwhile, version
from metrics.models import Benefit, CostEntry, Rollout
from metrics.programme.recording import record_cost
from tests.conftest import ClientFor
from tests.factories.accounts import TeamFactory
from tests.forms import as_shown
from tests.metrics import figures

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]
COST = {"date": "2026-03-01", "category": "training", "currency": "EUR", "planned": "1000", "actual": ""}
BENEFIT = {"name": "Shorter calls", "hardness": "soft", "kpi": "aht", "unit_value": "0.01", "share_percent": "50"}


def money(amount: int, *, day: date = date(2026, 6, 1), **fields: Any) -> CostEntry:
    return CostEntry.objects.create(
        **{"date": day, "category": "licence", "currency": "EUR", "actual": amount, "actual_company": amount, **fields}
    )


def entered(*amounts: int, **fields: Any) -> Benefit:
    by_year = [{"year": year, "amount": str(amount)} for year, amount in enumerate(amounts, start=1)]
    return Benefit.objects.create(**{"name": "Fewer licences", "hardness": "hard", "amounts": by_year, **fields})


def test_without_costs_and_benefits_it_says_what_to_enter(client_for: ClientFor) -> None:
    assert "No costs and no benefits yet" in client_for("manager").get("/roi/").content.decode()


def test_costs_benefits_and_returns(client_for: ClientFor) -> None:
    Rollout.objects.create(team=TeamFactory.create(), went_live_on=date(2026, 7, 1))
    money(1000)
    entered(600, 600, 600)

    answer = client_for("manager").get("/roi/")
    page, text = answer.context["page"], answer.content.decode()

    assert [(row.label, row.expected) for row in page.costs] == [("licence", Decimal(1000))]
    assert [(line.valued.name, line.proven.value) for line in page.hard] == [("Fewer licences", Decimal(1800))]
    cash = page.chart.series
    assert list(cash[0].values) == [Decimal(-1000), Decimal(-400), Decimal(200), Decimal(800)]
    assert page.chart.title == "What is proven pays the programme back after 1.7 years"
    assert "€1,000" in text
    assert "49%" in text  # 600 a year for three years at 10 % against 1,000
    assert "Assumptions" in text


def test_what_is_only_claimed_is_no_proof(client_for: ClientFor) -> None:
    money(1000)
    figures.baseline("csat")
    figures.evaluation("csat", "no_evidence")
    Benefit.objects.create(
        name="Happier customers", hardness="soft", kpi="csat", unit_value=Decimal(1000), yearly_volume=Decimal(1)
    )

    page = client_for("manager").get("/roi/").context["page"]

    (line,) = page.soft
    assert line.proven.value == 0
    assert line.claimed.value > 0
    assert page.chart.title.startswith("Only on what is claimed")


@pytest.mark.parametrize("rows", [1, 3])
def test_the_number_of_queries_does_not_grow(
    rows: int, client_for: ClientFor, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for step in range(rows):
        money(100, day=date(2026, 6, 1 + step))
        entered(100, name=f"Benefit {step}")
    client = client_for("manager")

    with django_assert_num_queries(5):
        client.get("/roi/")
    with django_assert_num_queries(3):
        client.get("/roi/costs/")


def test_a_cost_is_entered_corrected_and_removed(client_for: ClientFor) -> None:
    client = client_for("manager")

    page = client.get("/roi/costs/new/").content.decode()
    assert 'value="EUR"' in page
    assert '<option value="" selected>–</option>' in page  # nothing chosen yet
    assert client.post("/roi/costs/new/", COST).headers["Location"] == "/roi/costs/"
    cost = CostEntry.objects.get()
    assert (cost.planned, cost.actual, cost.planned_company) == (Decimal(1000), None, Decimal(1000))
    assert "€1,000.00" in client.get("/roi/costs/").content.decode()

    url = f"/roi/costs/{cost.pk}/"
    assert client.get(url).status_code == 200
    client.post(url, {**as_shown(client.get(url), with_field="currency"), "actual": "900.50"})
    cost.refresh_from_db()
    assert cost.actual_company == Decimal("900.5")
    client.post(f"{url}withdraw/")
    assert not CostEntry.objects.exists()


@pytest.mark.parametrize(
    ("stored", "shown"),
    [("9000.0000", "9000.00"), ("1234.5600", "1234.56"), ("0.0050", "0.005"), ("1234.5678", "1234.5678")],
)
def test_a_cost_saved_as_it_was_shown_stays_as_it_was(stored: str, shown: str, client_for: ClientFor) -> None:
    money(1, actual=Decimal(stored), actual_company=Decimal(stored), note="Two\nlines")
    before = CostEntry.objects.values().get()
    client, url = client_for("manager"), f"/roi/costs/{before['id']}/"

    sent = as_shown(client.get(url), with_field="currency")
    answer = client.post(url, sent)

    assert sent["actual"] == [shown]
    assert answer.status_code == 302
    assert CostEntry.objects.values().get() == before


def test_of_two_who_correct_a_cost_the_second_is_shown_both_values_and_loses_nothing(client_for: ClientFor) -> None:
    cost, north = money(1000, note="Licences"), client_for("manager")
    url = f"/roi/costs/{cost.pk}/"
    sent = {**as_shown(north.get(url), with_field="currency"), "actual": "1300", "note": "Licences, corrected"}
    CostEntry.objects.filter(pk=cost.pk).update(actual=1200, category="training")

    answer = north.post(url, sent)

    form = answer.context["form"]
    assert answer.status_code == 422
    assert dict(form.errors) == {
        "__all__": ["Someone else has changed this meanwhile. Compare, and save again to keep what you typed."],
        "actual": ["now: 1200.00"],
        "category": ["now: training"],
        "note": ["now: Licences"],
    }
    again = as_shown(answer, with_field="currency")
    assert (again["actual"], again["note"], again["category"]) == (["1300"], ["Licences, corrected"], ["licence"])
    assert CostEntry.objects.get().actual == 1200
    assert north.post(url, again).status_code == 302
    assert CostEntry.objects.values_list("actual", "category", "note").get() == (1300, "licence", "Licences, corrected")


def test_of_two_who_correct_a_benefit_the_second_is_shown_both_values(client_for: ClientFor) -> None:
    entered(500)
    benefit, client = Benefit.objects.get(), client_for("manager")
    url = f"/roi/benefits/{benefit.pk}/"
    sent = {**as_shown(client.get(url), with_field="hardness"), "year_1": "700"}
    Benefit.objects.update(amounts=[{"year": 1, "amount": "600"}], team=TeamFactory.create(name="North"), share="0.5")

    answer = client.post(url, sent)

    assert dict(answer.context["form"].errors) == {
        "__all__": ["Someone else has changed this meanwhile. Compare, and save again to keep what you typed."],
        "team": ["now: North"],
        "share_percent": ["now: 50.00"],
        "year_1": ["now: 600"],
    }
    assert client.post(url, as_shown(answer, with_field="hardness")).status_code == 302
    assert Benefit.objects.get().amounts == [{"year": 1, "amount": "700"}]


def test_a_cost_removed_meanwhile_is_not_brought_back(client_for: ClientFor) -> None:
    cost, client = money(1000), client_for("manager")
    sent = as_shown(client.get(f"/roi/costs/{cost.pk}/"), with_field="currency")
    client.post(f"/roi/costs/{cost.pk}/withdraw/")

    assert client.post(f"/roi/costs/{cost.pk}/", sent).status_code == 404
    with pytest.raises(ChangedMeanwhile):
        record_cost(cost=cost, seen=version(cost))
    assert not CostEntry.objects.exists()


def test_an_amount_with_more_digits_than_are_kept_is_refused(client_for: ClientFor) -> None:
    answer = client_for("manager").post("/roi/costs/new/", {**COST, "planned": "123456789012345"})

    assert dict(answer.context["form"].errors) == {
        "planned": ["Ensure that there are no more than 14 digits before the decimal point."]
    }


@pytest.mark.parametrize("share", ["0.8000", "1.0000", "0.1234", "0.0000"])
def test_a_benefit_saved_as_it_was_shown_stays_as_it_was(share: str, client_for: ClientFor) -> None:
    closed = TeamFactory.create(is_active=False)
    entered(500, 700, share=Decimal(share), team=closed, evidence="Bills of 2025")
    before = Benefit.objects.values().get()
    client, url = client_for("manager"), f"/roi/benefits/{before['id']}/"

    answer = client.post(url, as_shown(client.get(url), with_field="hardness"))

    assert answer.status_code == 302
    assert Benefit.objects.values().get() == before


def test_a_benefit_by_kpi_saved_as_it_was_shown_stays_as_it_was(client_for: ClientFor) -> None:
    Benefit.objects.create(name="Calls", hardness="soft", kpi="aht", unit_value="0.0125", yearly_volume="40000.5")
    before = Benefit.objects.values().get()
    client, url = client_for("manager"), f"/roi/benefits/{before['id']}/"

    answer = client.post(url, as_shown(client.get(url), with_field="hardness"))

    assert answer.status_code == 302
    assert Benefit.objects.values().get() == before


@pytest.mark.parametrize(
    ("changed", "errors"),
    [
        ({"planned": ""}, {"planned": ["Give a planned amount, an actual amount, or both."]}),
        ({"currency": "euro"}, {"currency": ["Three capital letters, such as EUR."]}),
        ({"date": ""}, {"date": ["This field is required."]}),
        (
            {"currency": "USD"},
            {"__all__": ["there is no exchange rate from USD to EUR on or before 2026-03-01"]},
        ),
    ],
)
def test_a_cost_that_cannot_be_kept(
    changed: dict[str, str], errors: dict[str, list[str]], client_for: ClientFor
) -> None:
    answer = client_for("manager").post("/roi/costs/new/", {**COST, **changed})

    assert answer.status_code == 422
    assert dict(answer.context["form"].errors) == errors
    assert not CostEntry.objects.exists()


def test_costs_are_sorted(client_for: ClientFor) -> None:
    money(5, day=date(2026, 1, 1))
    money(9, day=date(2026, 2, 1))
    client = client_for("manager")

    def amounts(query: str) -> list[Decimal | None]:
        return [row.actual for row in client.get(f"/roi/costs/{query}").context["page"].rows]

    assert amounts("") == [9, 5]
    assert amounts("?sort=actual_company") == [5, 9]
    assert amounts("?sort=note") == [9, 5]


def test_a_benefit_by_kpi(client_for: ClientFor) -> None:
    client = client_for("manager")

    assert client.get("/roi/benefits/new/").status_code == 200
    assert client.post("/roi/benefits/new/", BENEFIT).headers["Location"] == "/roi/"
    benefit = Benefit.objects.get()
    assert (benefit.kpi, benefit.unit_value, benefit.share, benefit.amounts) == (
        "aht",
        Decimal("0.01"),
        Decimal("0.5"),
        [],
    )
    assert 'value="50' in client.get(f"/roi/benefits/{benefit.pk}/").content.decode()


def test_a_benefit_by_amounts_is_entered_corrected_and_removed(client_for: ClientFor) -> None:
    client = client_for("manager")
    given = {"name": "Fewer licences", "hardness": "hard", "share_percent": "100", "year_1": "500", "year_3": "700"}

    client.post("/roi/benefits/new/", given)
    benefit = Benefit.objects.get()
    assert benefit.amounts == [{"year": 1, "amount": "500"}, {"year": 3, "amount": "700"}]

    url = f"/roi/benefits/{benefit.pk}/"
    assert 'value="700"' in client.get(url).content.decode()
    client.post(url, {**as_shown(client.get(url), with_field="hardness"), "year_3": ""})
    benefit.refresh_from_db()
    assert benefit.amounts == [{"year": 1, "amount": "500"}]
    client.post(f"{url}withdraw/")
    assert not Benefit.objects.exists()


@pytest.mark.parametrize(
    ("changed", "errors"),
    [
        ({"unit_value": ""}, {"unit_value": ["What is one unit of this KPI worth?"]}),
        ({"kpi": ""}, {"kpi": ["Choose a KPI, or enter amounts by year below."]}),
        ({"kpi": "", "year_1": "5"}, {"unit_value": ["The value of a unit needs a KPI."]}),
        ({"year_1": "5"}, {"year_1": ["Amounts by year are for benefits without a KPI."]}),
        ({"share_percent": "101"}, {"share_percent": ["Ensure this value is less than or equal to 100."]}),
    ],
)
def test_a_benefit_that_cannot_be_kept(
    changed: dict[str, str], errors: dict[str, list[str]], client_for: ClientFor
) -> None:
    answer = client_for("manager").post("/roi/benefits/new/", {**BENEFIT, **changed})

    assert answer.status_code == 422
    assert dict(answer.context["form"].errors) == errors
    assert not Benefit.objects.exists()


@pytest.mark.parametrize("role", ["sales", "service"])
@pytest.mark.parametrize("url", ["/roi/", "/roi/costs/", "/roi/costs/new/", "/roi/benefits/new/"])
def test_who_may_not(role: str, url: str, client_for: ClientFor) -> None:
    assert client_for(role).get(url).status_code == 403
    assert client_for(role).post(url, COST).status_code in {403, 405}
