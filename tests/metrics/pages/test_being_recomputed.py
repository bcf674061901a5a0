"""Wherever figures are shown it is said that they do not follow the rules in force yet; nothing is judged on them."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from accounts.access import OPERATOR
from metrics.engine import known
from metrics.engine.changing_rules import change_rules
from metrics.engine.recomputing import recompute
from metrics.engine.rules import USUAL
from metrics.goals import baselines
from metrics.goals.drift import drift
from metrics.goals.drift_checks import ask_all, check_asked
from metrics.goals.newest import is_current
from metrics.kpis import get_kpi
from metrics.models import Baseline, Benefit, Evaluation, RollupVersion
from metrics.pages.dashboard import Card
from metrics.pages.scorecard import as_json
from metrics.verdicts.evaluating import evaluate, evaluate_when_due, is_due
from metrics.verdicts.lines import scorecard_lines
from tests.beginnings import MadeOnce
from tests.conftest import ClientFor
from tests.factories.telephony import CallFactory

pytestmark = [pytest.mark.slow, pytest.mark.django_db, pytest.mark.usefixtures("in_november")]
NOTE = "Shown meanwhile by the rules before: A call counts as answered in time within 20 seconds, from now on 30."
TO_BE_JUDGED = "The rules of this KPI have changed. The next evaluation, in a few minutes, judges by the new ones."
JUDGED_BEFORE = "Judged by rules that have changed since: Service level. The next evaluation goes by the new ones."
AS_OF = date(2026, 11, 15)
LATER = datetime(2026, 11, 15, 12, 5, tzinfo=UTC)
WINDOW: dict[str, Any] = {
    "first": date(2026, 1, 1), "last": date(2026, 6, 30), "go_live_on": date(2026, 7, 1), "today": AS_OF
}  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def begun(made_once_for_the_module: MadeOnce) -> None:
    made_once_for_the_module(a_year)


@pytest.fixture
def frozen() -> Baseline:
    return Baseline.objects.get()


def a_year() -> None:
    """Of two calls a month, answered after 10 and 25 seconds, and the half before go-live frozen."""
    for month in range(1, 12):
        for seconds in (10, 25):
            at = datetime(2026, month, 5, 9, tzinfo=UTC)
            CallFactory.create(entered_at=at, waited_ms=seconds * 1000, outcome="answered")
    recompute()
    freeze()


def freeze() -> Baseline:
    return baselines.freeze(kpi=get_kpi("service_level"), by=None, **WINDOW)


def thirty() -> None:
    change_rules(values={**USUAL, "answer_within_s": 30}, reason="so", by=None)
    known.refresh()


def pages(frozen: Baseline) -> list[str]:
    of_kpi = [reverse(f"metrics:{name}", args=["service_level"]) for name in ("kpi", "freeze_baseline")]
    return [reverse("metrics:dashboard"), reverse("metrics:scorecard"), *of_kpi, page_of(frozen)]


def page_of(frozen: Baseline) -> str:
    return reverse("metrics:baseline", args=[frozen.pk])


def test_every_page_with_figures_says_so_until_they_are_whole(frozen: Baseline, client_for: ClientFor) -> None:
    client = client_for("manager")
    evaluate(as_of=AS_OF)
    thirty()
    for url in pages(frozen):
        answer = client.get(url)
        assert (answer.status_code, NOTE in answer.content.decode()) == (200, True), url
    assert NOTE not in client.get(reverse("metrics:kpi", args=["asa"])).content.decode()

    recompute()
    for url in pages(frozen):
        assert NOTE not in client.get(url).content.decode(), url


def test_no_verdict_by_the_rules_before_is_shown_as_one_on_the_figures_by_the_new(
    frozen: Baseline, client_for: ClientFor
) -> None:
    """The figures are whole, the next evaluation is a few minutes away."""
    client = client_for("manager")
    evaluate(as_of=AS_OF)
    thirty()
    urls = [reverse("metrics:dashboard"), reverse("metrics:kpi", args=["service_level"])]
    for url in urls:
        assert TO_BE_JUDGED not in client.get(url).content.decode(), url

    with time_machine.travel(LATER, tick=False):
        recompute()
    card, asa = (card_of(client, key) for key in ("service_level", "asa"))
    assert (card.verdict, card.reason, card.now, card.change) == ("too_early", TO_BE_JUDGED, 1, None)
    assert asa.reason != TO_BE_JUDGED
    page = client.get(urls[1])
    assert TO_BE_JUDGED in page.content.decode()
    assert page.context["goals"].evaluation is None

    with time_machine.travel(LATER, tick=False):
        evaluate_when_due(as_of=AS_OF)
    for url in urls:
        assert TO_BE_JUDGED not in client.get(url).content.decode(), url
    assert card_of(client, "service_level").verdict == "no_baseline"


def card_of(client: Client, key: str) -> Card:
    page = client.get(reverse("metrics:dashboard")).context["page"]
    return next(card for family in page.families for card in family.cards if card.kpi.key == key)


def test_kept_verdicts_say_that_the_rules_have_changed_since(frozen: Baseline, client_for: ClientFor) -> None:
    client = client_for("manager")
    Benefit.objects.create(name="Answered sooner", hardness="hard", kpi="service_level", unit_value=Decimal(1))
    evaluate(as_of=AS_OF)
    urls = [reverse("metrics:scorecard"), reverse("metrics:roi")]
    thirty()
    with time_machine.travel(LATER, tick=False):
        recompute()
    for url in urls:
        assert JUDGED_BEFORE in client.get(url).content.decode(), url
    (line,) = (line for line in scorecard_lines(OPERATOR, as_of=AS_OF) if line.kpi.key == "service_level")
    assert as_json(line)["version"] == frozen.version != get_kpi("service_level").version

    with time_machine.travel(LATER, tick=False):
        evaluate_when_due(as_of=AS_OF)
    for url in urls:
        assert JUDGED_BEFORE not in client.get(url).content.decode(), url


def test_what_is_exported_carries_the_version_it_was_computed_by(frozen: Baseline, client_for: ClientFor) -> None:
    thirty()
    answer = client_for("manager").get(reverse("metrics:export_series", args=["service_level"]))
    lines = b"".join(answer.streaming_content).decode().splitlines()  # type: ignore[attr-defined]
    november = next(line for line in lines if ",2026-11," in line)
    assert november.split(",")[2] == str(frozen.version)
    assert ",0.5," in november


def test_the_commands_say_so(frozen: Baseline, capsys: pytest.CaptureFixture[str]) -> None:
    thirty()
    call_command("kpi", "service_level", "--json")
    found = json.loads(capsys.readouterr().out)
    assert (found["version"], found["rows"][0]["value"], NOTE in found["being_recomputed"]) == (1, 0.5, True)
    call_command("kpi", "service_level")
    assert NOTE in capsys.readouterr().out
    call_command("scorecard", "--format", "json")
    assert NOTE in json.loads(capsys.readouterr().out)["being_recomputed"][0]
    call_command("scorecard")
    assert NOTE in capsys.readouterr().out

    recompute()
    call_command("kpi", "service_level", "--json")
    found = json.loads(capsys.readouterr().out)
    assert ("being_recomputed" in found, found["rows"][0]["value"]) == (False, 1)


def test_verdicts_stay_until_the_figures_are_whole_and_are_due_then(frozen: Baseline) -> None:
    evaluate(as_of=AS_OF)
    judged = Evaluation.objects.get(kpi="service_level")
    thirty()

    assert evaluate_when_due(as_of=AS_OF) == evaluate(as_of=AS_OF) == []
    assert Evaluation.objects.get(kpi="service_level").pk == judged.pk

    with time_machine.travel(LATER, tick=False):
        recompute()
        assert is_due(as_of=AS_OF)
        evaluate(as_of=AS_OF)
        assert not is_due(as_of=AS_OF)
    now = Evaluation.objects.get(kpi="service_level")
    assert (now.verdict, now.baseline) == ("no_baseline", None)
    assert "version 1 of the definition" in now.reason


def test_verdicts_are_due_when_a_rule_is_changed_back_and_no_figure_has_to_be_recomputed(frozen: Baseline) -> None:
    thirty()
    recompute()
    evaluate(as_of=AS_OF)
    with time_machine.travel(LATER, tick=False):
        change_rules(values=USUAL, reason="back", by=None)
        known.refresh()
        assert is_due(as_of=AS_OF)
        evaluate(as_of=AS_OF)
    assert Evaluation.objects.get(kpi="service_level").baseline == frozen


def test_verdicts_are_due_when_figures_are_found_whole_by_a_run_that_had_nothing_to_do(frozen: Baseline) -> None:
    evaluate(as_of=AS_OF)
    RollupVersion.objects.update(whole_at=LATER)
    assert is_due(as_of=AS_OF)


def test_a_baseline_compares_with_figures_of_its_own_rules_alone(frozen: Baseline, client_for: ClientFor) -> None:
    thirty()
    assert is_current(frozen)
    assert (drift(frozen).comparable, drift(frozen).present, drift(frozen).changed) == (True, Decimal("0.5"), False)

    recompute()
    assert not is_current(frozen)
    assert (drift(frozen).comparable, drift(frozen).present) == (False, 1)
    page = client_for("manager").get(page_of(frozen)).content.decode()
    assert "A call counts as answered in time within 20 seconds" in page


def test_a_baseline_is_held_against_the_source_data_when_its_figures_are_whole(frozen: Baseline) -> None:
    thirty()
    ask_all()
    assert check_asked() == 0
    recompute()
    assert check_asked() == 1


def test_a_baseline_is_frozen_by_the_rules_in_force(frozen: Baseline) -> None:
    thirty()
    second = freeze()
    assert (frozen.value, second.value) == (Decimal("0.5"), 1)
    assert second.version != frozen.version
    assert is_current(second)
    assert drift(second).changed is False
