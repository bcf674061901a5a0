from datetime import date
from decimal import Decimal

import pytest

from accounts.models import User
from metrics.models import KpiTarget
from tests.conftest import ClientFor
from tests.factories.accounts import TeamFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]
URL = "/kpis/{}/target/"


@pytest.fixture
def owner() -> User:
    return UserFactory.create(name="Olga Owner")


def given(owner: User, **changed: object) -> dict[str, object]:
    return {"value": "85", "due_on": "2027-06-30", "owner": owner.pk, **changed}


@pytest.mark.parametrize(
    ("kpi", "typed", "stored"),
    [
        ("service_level", "85", "0.85"),
        ("asa", "18.5", "18.5"),
        ("nps", "42", "42"),
        ("revenue", "120000", "120000"),
        ("operating_cost_ratio", "25", "0.25"),
        ("contacts_to_resolve", "1.3", "1.3"),
    ],
)
def test_a_target_is_typed_in_the_unit_people_say(
    kpi: str, typed: str, stored: str, client_for: ClientFor, owner: User
) -> None:
    answer = client_for("manager").post(URL.format(kpi), given(owner, value=typed))

    assert answer.headers["Location"] == f"/kpis/{kpi}/"
    target = KpiTarget.objects.get()
    assert (target.kpi, target.value, target.due_on) == (kpi, Decimal(stored), date(2027, 6, 30))
    assert (target.owner, target.set_by) == (owner, User.objects.get(email="manager@test.example"))


def test_the_scope_of_the_page_one_came_from_is_chosen(client_for: ClientFor, owner: User) -> None:
    team = TeamFactory.create(key="north")
    client = client_for("manager")

    page = client.get(URL.format("asa") + f"?team={team.pk}").content.decode()
    client.post(URL.format("asa"), given(owner, team=team.pk))

    assert f'<option value="{team.pk}" selected>North</option>' in page
    assert KpiTarget.objects.get().team == team


def test_earlier_targets_stay_on_record(client_for: ClientFor, owner: User) -> None:
    client = client_for("manager")
    client.post(URL.format("service_level"), given(owner))
    client.post(URL.format("service_level"), given(owner, value="90"))

    page = client.get(URL.format("service_level")).content.decode()

    assert KpiTarget.objects.count() == 2
    assert page.rindex("90.0%") < page.rindex("85.0%")


@pytest.mark.parametrize(
    ("changed", "field", "error"),
    [
        ({"value": "850"}, "value", "A share lies between 0 and 100 %."),
        ({"value": ""}, "value", "This field is required."),
        ({"due_on": "2026-11-15"}, "due_on", "A target is due in the future."),
        ({"owner": ""}, "owner", "This field is required."),
    ],
)
def test_what_is_no_target(changed: dict[str, str], field: str, error: str, client_for: ClientFor, owner: User) -> None:
    answer = client_for("manager").post(URL.format("service_level"), {**given(owner), **changed})

    assert answer.status_code == 422
    assert dict(answer.context["form"].errors) == {field: [error]}
    assert not KpiTarget.objects.exists()


def test_a_score_beyond_its_scale_is_refused_by_the_domain(client_for: ClientFor, owner: User) -> None:
    answer = client_for("manager").post(URL.format("nps"), given(owner, value="120"))

    assert answer.status_code == 422
    assert answer.context["form"].non_field_errors() == ["nps is between -100 and 100, not 120."]


@pytest.mark.parametrize("role", ["sales", "service"])
def test_who_may_not(role: str, client_for: ClientFor, owner: User) -> None:
    assert client_for(role).get(URL.format("asa")).status_code == 403
    assert client_for(role).post(URL.format("asa"), given(owner)).status_code == 403
    assert not KpiTarget.objects.exists()


def test_an_unknown_kpi_is_not_found(client_for: ClientFor) -> None:
    assert client_for("manager").get(URL.format("happiness")).status_code == 404
