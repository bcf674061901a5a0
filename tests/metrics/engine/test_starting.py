"""A start is refused where the environment names other rules than the database holds."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from crm.common.company.starting import OtherThanTheDatabase, refuse_other_company
from metrics.engine.changing_rules import change_rules
from metrics.engine.rules import USUAL
from metrics.engine.starting import contradicting, refuse_other_rules
from metrics.models import KpiRules

THIRTY = {**USUAL, "answer_within_s": 30}


@pytest.fixture
def environment(settings: Settings) -> dict[str, str]:
    settings.CRM_ENVIRONMENT = said = dict[str, str]()
    return said


@pytest.mark.django_db
class TestAStart:
    @pytest.mark.parametrize(
        ("name", "held"), [("KPI_ANSWER_WITHIN_S", 20), ("KPI_SHORT_ABANDON_S", 5), ("KPI_REPEAT_WINDOW_HOURS", 168)]
    )
    def test_is_refused_where_a_variable_says_otherwise(
        self, environment: dict[str, str], name: str, held: int
    ) -> None:
        environment[name] = "31"
        with pytest.raises(OtherThanTheDatabase, match=rf"{name} is 31, but this database has {held}.*kpirules/add"):
            refuse_other_company()

    def test_goes_on_where_they_say_the_same_or_nothing(self, environment: dict[str, str]) -> None:
        environment |= {"KPI_ANSWER_WITHIN_S": "20", "KPI_SHORT_ABANDON_S": ""}
        refuse_other_company()

    def test_reads_nothing_that_may_still_have_to_be_migrated(self, environment: dict[str, str]) -> None:
        environment["KPI_ANSWER_WITHIN_S"] = "20"
        with CaptureQueriesContext(connection) as done:
            refuse_other_company()
        assert [query["sql"] for query in done if "metrics_rollupversion" in query["sql"]] == []

    def test_holds_them_against_the_rules_in_force(self, environment: dict[str, str]) -> None:
        environment["KPI_ANSWER_WITHIN_S"] = "20"
        change_rules(values=THIRTY, reason="", by=None)
        with pytest.raises(OtherThanTheDatabase, match="KPI_ANSWER_WITHIN_S is 20, but this database has 30"):
            refuse_other_company()

    @pytest.mark.usefixtures("as_owner")
    def test_goes_on_where_the_database_has_no_rules_yet(self, environment: dict[str, str]) -> None:
        environment["KPI_ANSWER_WITHIN_S"] = "31"
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE {KpiRules._meta.db_table} RENAME TO not_yet")
        refuse_other_rules()


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ({}, []),
        ({"KPI_ANSWER_WITHIN_S": ""}, []),
        ({"KPI_ANSWER_WITHIN_S": "30", "CRM_CURRENCY": "CHF"}, []),
        ({"KPI_ANSWER_WITHIN_S": "20"}, ["KPI_ANSWER_WITHIN_S=20"]),
        (
            {"KPI_SHORT_ABANDON_S": "0", "KPI_ANSWER_WITHIN_S": "x"},
            ["KPI_ANSWER_WITHIN_S=x", "KPI_SHORT_ABANDON_S=0"],
        ),
    ],
)
def test_what_the_environment_says_otherwise_is_named(
    said: dict[str, str], found: list[str], environment: dict[str, str]
) -> None:
    environment |= said
    assert contradicting(THIRTY) == found
