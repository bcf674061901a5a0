"""Rules are versions in the database: who changed them and why stays, and nobody overwrites another's."""

from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import IntegrityError, connection, transaction
from pytest_django import DjangoCaptureOnCommitCallbacks

from crm.common.versions import ChangedMeanwhile, version
from metrics.engine import known, rules
from metrics.engine.changing_rules import IDENTITY, RuleOutOfRange, RulesUnchanged, change_rules
from metrics.engine.rules import RULES, USUAL, Rule
from metrics.engine.rules_forms import KpiRulesForm
from metrics.kpis import get_kpi
from metrics.models import KpiRules
from tests.conftest import ClientFor, UserFor
from tests.forms import as_shown

pytestmark = pytest.mark.django_db
ADD = "/admin/metrics/kpirules/add/"
THIRTY = {**USUAL, "answer_within_s": 30}


@pytest.fixture
def environment(settings: Any) -> dict[str, str]:
    settings.CRM_ENVIRONMENT = said = dict[str, str]()
    return said


def newest() -> KpiRules:
    return KpiRules.objects.order_by("-id")[:1].get()


def test_a_new_database_has_the_values_of_the_environment_and_says_so() -> None:
    first = KpiRules.objects.get()
    assert first.values == USUAL
    assert {rule.key: rule.usual for rule in RULES if rule.variable} == django_settings.KPI_FIRST_RULES
    assert (first.set_by, first.reason) == (None, "The first, from the environment.")


def test_every_rule_is_a_column() -> None:
    assert tuple(rule.key for rule in RULES) == KpiRules.RULES


def test_a_change_is_a_version_of_its_own_with_who_when_and_why(
    user_for: UserFor, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    by = user_for("administrator")
    with django_capture_on_commit_callbacks(execute=True) as after:
        made = change_rules(values=THIRTY, reason="The contract says 30.", by=by)

    assert newest() == made
    assert (made.values, made.set_by, made.reason) == (THIRTY, by, "The contract says 30.")
    assert KpiRules.objects.count() == 2
    assert rules.in_force() == THIRTY
    assert "30 s" in str(get_kpi("service_level").definition)
    assert len(after) >= 1


def test_it_leaves_a_row_of_the_audit() -> None:
    before = KpiRules.pgh_event_model.objects.count()  # type: ignore[attr-defined]
    made = change_rules(values=THIRTY, reason="so", by=None)
    events = KpiRules.pgh_event_model.objects  # type: ignore[attr-defined]
    assert events.count() == before + 1
    assert events.get(pgh_obj_id=made.pk).answer_within_s == 30


def accepting(rule: Rule, value: int) -> dict[str, bool]:
    """Who takes the value for the rule, beside the usual ones of the others."""
    values = {**USUAL, rule.key: value}
    form = KpiRulesForm({**values, "reason": "so", "seen": version(newest(), IDENTITY)})
    found = {"form": form.is_valid()}
    for name, save in {
        "verb": lambda: change_rules(values=values, reason="so", by=None),
        "database": lambda: KpiRules.objects.create(**values, reason="so"),
    }.items():
        try:
            with transaction.atomic():
                save()
        except (RuleOutOfRange, IntegrityError):
            found[name] = False
        else:
            found[name] = True
    return found


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.key)
def test_form_verb_and_database_take_the_same_range(rule: Rule) -> None:
    for value in (rule.smallest, rule.largest):
        assert accepting(rule, value) == {"form": True, "verb": True, "database": True}
    for value in (rule.smallest - 1, rule.largest + 1):
        assert accepting(rule, value) == {"form": False, "verb": False, "database": False}


def test_what_is_refused_is_told_with_its_range() -> None:
    with pytest.raises(RuleOutOfRange, match="from 1 to 3600 seconds, not 3601"):
        change_rules(values={**USUAL, "answer_within_s": 3601}, reason="", by=None)


def test_what_is_in_force_is_no_change() -> None:
    with pytest.raises(RulesUnchanged):
        change_rules(values=USUAL, reason="", by=None)


def test_who_read_another_version_overwrites_nothing() -> None:
    seen = version(newest(), IDENTITY)
    change_rules(values=THIRTY, reason="", by=None, seen=seen)
    with pytest.raises(ChangedMeanwhile):
        change_rules(values={**USUAL, "answer_within_s": 40}, reason="", by=None, seen=seen)
    change_rules(values=USUAL, reason="", by=None)
    with pytest.raises(ChangedMeanwhile):  # the values are again what they were, the version is not
        change_rules(values=THIRTY, reason="", by=None, seen=seen)


@pytest.mark.usefixtures("as_owner")
@pytest.mark.parametrize("statement", ["UPDATE metrics_kpirules SET reason = ''", "DELETE FROM metrics_kpirules"])
def test_a_version_is_neither_changed_nor_removed(statement: str) -> None:
    with pytest.raises(IntegrityError, match="KPI rules are kept"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_environment_changes_no_figure_of_a_database_in_use(settings: Any) -> None:
    settings.KPI_FIRST_RULES = {**settings.KPI_FIRST_RULES, "answer_within_s": 30}
    known.assume(None)
    assert rules.in_force() == USUAL


class TestTheAdministration:
    def test_changes_a_rule_and_says_what_follows(self, client_for: ClientFor, environment: dict[str, str]) -> None:
        environment["KPI_ANSWER_WITHIN_S"] = "20"
        client = client_for("administrator")
        page = client.get(ADD)
        assert "compare no more" in page.content.decode()
        sent = as_shown(page, with_field="answer_within_s") | {"answer_within_s": "30", "reason": "The contract."}
        answer = client.post(ADD, sent, follow=True)
        made = newest()
        assert (made.values, made.reason) == (THIRTY, "The contract.")
        assert made.set_by is not None
        assert "KPI_ANSWER_WITHIN_S=20 in the environment contradicts" in answer.content.decode()

    def test_keeps_what_was_typed_when_another_was_quicker(self, client_for: ClientFor) -> None:
        client = client_for("administrator")
        sent = as_shown(client.get(ADD), with_field="answer_within_s") | {"answer_within_s": "40", "reason": "Mine."}
        change_rules(values=THIRTY, reason="Theirs.", by=None)

        refused = client.post(ADD, sent)
        assert "Someone else has changed this meanwhile" in refused.content.decode()
        assert "now: 30" in refused.content.decode()
        assert newest().values == THIRTY

        again = as_shown(refused, with_field="answer_within_s")
        assert again["answer_within_s"] == ["40"]
        client.post(ADD, again)
        assert newest().answer_within_s == 40

    @pytest.mark.parametrize("typed", ["0", "-3", "many", ""])
    def test_refuses_what_no_rule_can_be(self, client_for: ClientFor, typed: str) -> None:
        client = client_for("administrator")
        sent = as_shown(client.get(ADD), with_field="answer_within_s") | {"answer_within_s": typed, "reason": "x"}
        assert client.post(ADD, sent).status_code == 200
        assert newest().values == USUAL

    def test_shows_a_version_and_lets_nobody_change_it(self, client_for: ClientFor) -> None:
        client, url = client_for("administrator"), f"/admin/metrics/kpirules/{newest().pk}/change/"
        assert "The first, from the environment." in client.get(url).content.decode()
        assert client.post(url, {"answer_within_s": "30"}).status_code == 403
        assert "168" in client.get("/admin/metrics/kpirules/").content.decode()

    @pytest.mark.parametrize("role", ["sales", "service", "manager"])
    def test_is_for_administrators(self, client_for: ClientFor, role: str) -> None:
        assert client_for(role).get(ADD).status_code in (302, 403)
