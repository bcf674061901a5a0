from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Team
from crm.common.days import add_months
from metrics.engine.recomputing import recompute
from metrics.goals import drift_checks
from metrics.models import Baseline, DriftCheck, Rollout
from tests.beginnings import MadeOnce
from tests.conftest import ClientFor
from tests.factories.accounts import TeamFactory
from tests.factories.importing import SourceSystemFactory
from tests.factories.telephony import CallFactory, QueueFactory
from tests.metrics import figures

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]
URL = "/kpis/service_level/baseline/"
GO_LIVE = date(2027, 1, 1)
WINDOW = {"go_live_on": "2027-01-01", "window_from": "2025-11-01", "window_to": "2026-10-31"}


def calls(day: date, *, quick: int, slow: int, team: Team | None = None) -> None:
    """Answered within 8 s and after 40 s."""
    moment = datetime.combine(day, time(12), tzinfo=UTC)
    shared = {"system": SourceSystemFactory.create(key="pbx"), "queue": QueueFactory.create(name="sales")}
    for waited_ms in [8_000] * quick + [40_000] * slow:
        CallFactory.create(entered_at=moment, answered_at=moment, waited_ms=waited_ms, team=team, **shared)


def months(count: int, *, before: date = date(2026, 11, 1)) -> None:
    """Five calls a month, four of them in time."""
    for back in range(1, count + 1):
        calls(add_months(before, -back), quick=4, slow=1)
    recompute(full=True)


@pytest.fixture(scope="class")
def a_year(made_once_for_the_class: MadeOnce) -> None:
    made_once_for_the_class(lambda: months(12))


@pytest.mark.usefixtures("a_year")
class TestOfAYear:
    def test_the_window_defaults_to_the_year_before_go_live_as_far_as_its_days_are_settled(
        self, client_for: ClientFor
    ) -> None:
        Rollout.objects.create(team=TeamFactory.create(), went_live_on=GO_LIVE)
        form = client_for("manager").get(URL).context["form"]

        assert {name: str(form.data[name]) for name in WINDOW} == {
            "go_live_on": "2027-01-01",
            "window_from": "2026-01-01",
            "window_to": "2026-11-14",
        }

    def test_the_preview_shows_value_n_and_months(self, client_for: ClientFor) -> None:
        answer = client_for("manager").get(URL, WINDOW)
        preview = answer.context["preview"]

        assert (preview.value, preview.n, preview.months, preview.warnings) == (Decimal("0.8"), 60, 12, [])
        assert "80.0%" in answer.content.decode()

    def test_freezing_signs_and_shows_the_baseline(self, client_for: ClientFor) -> None:
        client = client_for("manager")

        answer = client.post(URL, {**WINDOW, "sign": "on", "note": "The year before"})

        baseline = Baseline.objects.get()
        assert answer.headers["Location"] == f"/baselines/{baseline.pk}/"
        assert (baseline.value, baseline.n, baseline.note) == (Decimal("0.8"), 60, "The year before")
        assert str(baseline.signed_by) == "Manager"
        assert baseline.chosen_after_go_live is False
        page = client.get(f"/baselines/{baseline.pk}/").content.decode()
        assert baseline.source_hash in page
        assert "80.0%" in page
        assert "Manager" in page
        assert "were changed after it was frozen" not in page

    @pytest.mark.parametrize(
        ("changed", "field", "error"),
        [
            ({"sign": ""}, "sign", "A baseline needs your signature."),
            ({"window_to": "2027-01-01"}, "window_to", "A baseline ends before go-live: at the latest the day before."),
            ({"window_to": "2025-01-01"}, "window_to", "The window ends before it begins."),
            ({"window_to": "2026-11-20"}, "window_to", "Figures of the days after 2026-11-14 may still change."),
            ({"go_live_on": ""}, "go_live_on", "This field is required."),
            ({"window_from": "2020-01-01", "window_to": "2020-12-31"}, "__all__", "There is no data"),
        ],
    )
    def test_what_is_not_frozen(self, changed: dict[str, str], field: str, error: str, client_for: ClientFor) -> None:
        answer = client_for("manager").post(URL, {**WINDOW, "sign": "on", **changed})

        assert answer.status_code == 422
        assert answer.context["form"].errors[field][0].startswith(error)
        assert not Baseline.objects.exists()

    def test_the_same_baseline_is_not_frozen_twice(self, client_for: ClientFor) -> None:
        client = client_for("manager")
        client.post(URL, {**WINDOW, "sign": "on"})

        answer = client.post(URL, {**WINDOW, "sign": "on"})

        assert answer.status_code == 422
        assert answer.context["form"].non_field_errors() == ["This baseline is frozen already."]

    def test_drift_of_the_source_data_is_shown(self, client_for: ClientFor) -> None:
        client = client_for("manager")
        client.post(URL, {**WINDOW, "sign": "on"})
        url = f"/baselines/{Baseline.objects.get().pk}/"
        assert (client.get(url).context["check"].present, client.get(url).context["check"].changed) == (
            Decimal("0.8"),
            False,
        )
        calls(date(2026, 3, 15), quick=0, slow=36)
        recompute()

        answer = client.post(f"{url}check/", follow=True)
        assert "is being held against the source data" in answer.content.decode()
        assert "Being held against the source data; open the page again" in answer.content.decode()
        assert "were changed after it was frozen" not in answer.content.decode()
        drift_checks.check_asked()

        page = client.get(url).content.decode()
        assert "were changed after it was frozen" in page
        assert "80.0%" in page
        assert "50.0%" in page
        assert "Compare with the source data now" in page


def test_two_years_of_data_give_a_window_of_two_years(client_for: ClientFor) -> None:
    Rollout.objects.create(team=TeamFactory.create(), went_live_on=date(2026, 11, 1))
    months(24)

    form = client_for("manager").get(URL).context["form"]

    assert str(form.data["window_from"]) == "2024-11-01"


def test_the_team_in_the_query_has_its_own_go_live(client_for: ClientFor) -> None:
    north, south = TeamFactory.create(), TeamFactory.create()
    Rollout.objects.create(team=north, went_live_on=date(2026, 7, 1))
    Rollout.objects.create(team=south, went_live_on=date(2026, 9, 1))
    client = client_for("manager")

    assert str(client.get(URL).context["form"].data["go_live_on"]) == "2026-07-01"
    assert str(client.get(f"{URL}?team={south.pk}").context["form"].data["go_live_on"]) == "2026-09-01"


def test_htmx_gets_only_the_preview(client_for: ClientFor) -> None:
    months(3)

    text = client_for("manager").get(URL, WINDOW, headers={"HX-Request": "true"}).content.decode()

    assert text.strip().startswith('<div id="preview"')
    assert "<html" not in text
    assert "Only 3 months with data: descriptive only." in text


def test_a_window_chosen_after_go_live_is_warned_of(client_for: ClientFor) -> None:
    months(12, before=date(2026, 7, 1))

    answer = client_for("manager").get(
        URL, {"go_live_on": "2026-07-01", "window_from": "2025-07-01", "window_to": "2026-06-30"}
    )

    assert answer.context["preview"].warnings == [
        "Go-live has passed: the baseline will say that its window was chosen after go-live."
    ]


def test_an_unreadable_window_has_no_preview(client_for: ClientFor) -> None:
    answer = client_for("manager").get(URL, {**WINDOW, "window_to": "2027-01-01"})

    assert answer.context["preview"] is None
    assert "A baseline ends before go-live: at the latest the day before." in answer.content.decode()


def test_a_team_has_a_baseline_of_its_own(client_for: ClientFor) -> None:
    team = TeamFactory.create(key="north")
    calls(date(2026, 9, 10), quick=1, slow=1, team=team)
    calls(date(2026, 9, 10), quick=8, slow=0)

    client_for("manager").post(URL, {**WINDOW, "sign": "on", "team": team.pk, "channel": "phone"})

    (frozen,) = Baseline.objects.all()
    assert (frozen.team, frozen.channel, frozen.value, frozen.n) == (team, "phone", Decimal("0.5"), 2)


def test_the_page_reads_no_facts(client_for: ClientFor) -> None:
    frozen, client = figures.baseline("asa"), client_for("manager")

    with CaptureQueriesContext(connection) as done:
        page = client.get(f"/baselines/{frozen.pk}/").content.decode()

    assert "not held against the source data yet" in page
    assert [query["sql"] for query in done if "customers_call" in query["sql"]] == []


@pytest.mark.parametrize(
    ("scheme", "said"), [(1, "the sums by team, channel and tier"), (2, "the rows that the figure is made of")]
)
def test_it_says_what_its_hash_is_over(scheme: int, said: str, client_for: ClientFor) -> None:
    """Those frozen at first keep what theirs was over."""
    frozen = figures.baseline("asa", hash_scheme=scheme)
    assert said in client_for("manager").get(f"/baselines/{frozen.pk}/").content.decode()


def test_unknown_ones_are_not_found(client_for: ClientFor) -> None:
    client = client_for("manager")

    assert client.get("/kpis/happiness/baseline/").status_code == 404
    assert client.get("/baselines/999/").status_code == 404


@pytest.mark.parametrize("role", ["sales", "service"])
def test_who_may_not(role: str, client_for: ClientFor) -> None:
    frozen = figures.baseline("asa")
    client = client_for(role)

    assert client.get(URL).status_code == 403
    assert client.post(URL, {**WINDOW, "sign": "on"}).status_code == 403
    assert client.get(f"/baselines/{frozen.pk}/").status_code == 403
    assert client.post(f"/baselines/{frozen.pk}/check/").status_code == 403
    assert not DriftCheck.objects.exists()
    assert Baseline.objects.count() == 1
