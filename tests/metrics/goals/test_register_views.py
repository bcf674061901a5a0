from datetime import date

import pytest
from pytest_django import DjangoAssertNumQueries

from metrics.models import OtherChange, Rollout
from tests.conftest import ClientFor
from tests.factories.accounts import TeamFactory
from tests.forms import as_shown

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]
CHANGE = {"what": "Prices up 5 %", "happened_from": "2026-06-01", "happened_to": "2026-08-31", "kpis": ["orders"]}


def test_teams_and_their_go_live(client_for: ClientFor) -> None:
    north, south = TeamFactory.create(key="north"), TeamFactory.create(key="south")
    Rollout.objects.create(team=north, went_live_on=date(2026, 7, 1), phase=2)

    page = client_for("manager").get("/programme/").content.decode()

    assert "July 1, 2026" in page
    assert "not yet" in page
    assert f'href="/programme/teams/{south.pk}/"' in page


def test_without_teams_the_page_says_where_they_come_from(client_for: ClientFor) -> None:
    assert "No teams yet" in client_for("manager").get("/programme/").content.decode()


@pytest.mark.parametrize("rows", [1, 3])
def test_the_number_of_queries_does_not_grow(
    rows: int, client_for: ClientFor, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(rows):
        team = TeamFactory.create()
        Rollout.objects.create(team=team, went_live_on=date(2026, 7, 1))
        OtherChange.objects.create(what="Strike", happened_from=date(2026, 7, 1), team=team, kpis=["orders"])
    client = client_for("manager")

    with django_assert_num_queries(3):
        client.get("/programme/")
    with django_assert_num_queries(3):
        client.get("/programme/changes/")


def test_a_go_live_day_is_set_and_corrected(client_for: ClientFor) -> None:
    team = TeamFactory.create(key="north")
    url = f"/programme/teams/{team.pk}/"
    client = client_for("manager")

    assert client.get(url).status_code == 200
    assert client.post(url, {"went_live_on": "2026-07-01", "phase": "1"}).headers["Location"] == "/programme/"
    assert 'value="2026-07-01"' in client.get(url).content.decode()
    client.post(url, {**as_shown(client.get(url), with_field="phase"), "went_live_on": "2026-08-01", "phase": "2"})

    assert list(Rollout.objects.values_list("went_live_on", "phase")) == [(date(2026, 8, 1), 2)]
    client.post(f"{url}withdraw/")
    assert not Rollout.objects.exists()


def test_an_invalid_day_is_named_at_its_field(client_for: ClientFor) -> None:
    team = TeamFactory.create()

    answer = client_for("manager").post(f"/programme/teams/{team.pk}/", {"went_live_on": "soon", "phase": "0"})

    assert answer.status_code == 422
    assert dict(answer.context["form"].errors) == {
        "went_live_on": ["Enter a valid date."],
        "phase": ["Ensure this value is greater than or equal to 1."],
    }


def test_a_go_live_in_a_year_beyond_reckoning_is_refused(client_for: ClientFor) -> None:
    team = TeamFactory.create()

    answer = client_for("manager").post(f"/programme/teams/{team.pk}/", {"went_live_on": "0026-07-01", "phase": "1"})

    assert dict(answer.context["form"].errors) == {"went_live_on": ["The year lies between 1970 and 2199."]}
    assert not Rollout.objects.exists()


def test_other_changes_are_entered_corrected_and_removed(client_for: ClientFor) -> None:
    client = client_for("manager")

    assert "Nothing else changed" in client.get("/programme/changes/").content.decode()
    assert client.post("/programme/changes/new/", CHANGE).headers["Location"] == "/programme/changes/"
    change = OtherChange.objects.get()
    assert (change.what, change.kpis, change.happened_to) == ("Prices up 5 %", ["orders"], date(2026, 8, 31))
    page = client.get("/programme/changes/").content.decode()
    assert "Prices up 5 %" in page
    assert "Orders" in page

    url = f"/programme/changes/{change.pk}/"
    assert client.get(url).status_code == 200
    shown = as_shown(client.get(url), with_field="what")
    client.post(url, {**shown, "what": "Prices up 6 %", "kpis": []})
    change.refresh_from_db()
    assert (change.what, change.kpis) == ("Prices up 6 %", [])
    client.post(f"{url}withdraw/")
    assert not OtherChange.objects.exists()


def test_a_change_saved_as_it_was_shown_stays_as_it_was(client_for: ClientFor) -> None:
    closed = TeamFactory.create(is_active=False)
    OtherChange.objects.create(what="Strike", happened_from=date(2026, 7, 1), team=closed, kpis=["csat", "orders"])
    before = OtherChange.objects.values().get()
    client, url = client_for("manager"), f"/programme/changes/{before['id']}/"

    answer = client.post(url, as_shown(client.get(url), with_field="what"))

    assert answer.status_code == 302
    assert OtherChange.objects.values().get() == before


def test_a_go_live_saved_as_it_was_shown_stays_as_it_was(client_for: ClientFor) -> None:
    Rollout.objects.create(team=TeamFactory.create(), went_live_on=date(2026, 7, 1), phase=3)
    before = Rollout.objects.values().get()
    client, url = client_for("manager"), f"/programme/teams/{before['team_id']}/"

    answer = client.post(url, as_shown(client.get(url), with_field="phase"))

    assert answer.status_code == 302
    assert Rollout.objects.values().get() == before


CONFLICT = "Someone else has changed this meanwhile. Compare, and save again to keep what you typed."


def test_of_two_who_correct_a_change_the_second_is_shown_both_values(client_for: ClientFor) -> None:
    change = OtherChange.objects.create(what="Strike", happened_from=date(2026, 7, 1), kpis=["orders"])
    url, client = f"/programme/changes/{change.pk}/", client_for("manager")
    sent = {**as_shown(client.get(url), with_field="what"), "what": "A strike", "channel": "phone"}
    OtherChange.objects.update(happened_to=date(2026, 7, 9), kpis=["orders", "csat"], channel="email")

    answer = client.post(url, sent)

    assert answer.status_code == 422
    assert dict(answer.context["form"].errors) == {
        "__all__": [CONFLICT],
        "what": ["now: Strike"],
        "happened_to": ["now: July 9, 2026"],
        "channel": ["now: e-mail"],
        "kpis": ["now: Orders, Customer satisfaction"],
    }
    again = as_shown(answer, with_field="what")
    assert again["what"] == ["A strike"]
    assert client.post(url, again).status_code == 302
    assert OtherChange.objects.values_list("what", "happened_to", "channel").get() == ("A strike", None, "phone")


def test_of_two_who_set_a_go_live_the_second_is_shown_both_days(client_for: ClientFor) -> None:
    team, client = TeamFactory.create(), client_for("manager")
    url = f"/programme/teams/{team.pk}/"
    sent = {**as_shown(client.get(url), with_field="phase"), "went_live_on": "2026-08-01"}
    Rollout.objects.create(team=team, went_live_on=date(2026, 7, 1))

    answer = client.post(url, sent)

    assert dict(answer.context["form"].errors) == {"__all__": [CONFLICT], "went_live_on": ["now: July 1, 2026"]}
    assert Rollout.objects.get().went_live_on == date(2026, 7, 1)
    assert client.post(url, as_shown(answer, with_field="phase")).status_code == 302
    assert Rollout.objects.get().went_live_on == date(2026, 8, 1)


def test_a_change_that_ends_before_it_begins_is_refused(client_for: ClientFor) -> None:
    answer = client_for("manager").post("/programme/changes/new/", {**CHANGE, "happened_to": "2026-05-01"})

    assert answer.status_code == 422
    assert answer.context["form"].errors["happened_to"] == ["The last day lies before the first."]
    assert not OtherChange.objects.exists()


@pytest.mark.parametrize("role", ["sales", "service"])
@pytest.mark.parametrize("url", ["/programme/", "/programme/changes/", "/programme/changes/new/"])
def test_who_may_not(role: str, url: str, client_for: ClientFor) -> None:
    assert client_for(role).get(url).status_code == 403
    assert client_for(role).post(url, CHANGE).status_code in {403, 405}


def test_what_is_not_there_is_not_found(client_for: ClientFor) -> None:
    client = client_for("manager")

    assert client.get("/programme/teams/999/").status_code == 404
    assert client.post("/programme/teams/999/withdraw/").status_code == 404
    assert client.get("/programme/changes/999/").status_code == 404
    assert client.get("/programme/changes/999/withdraw/").status_code == 405
