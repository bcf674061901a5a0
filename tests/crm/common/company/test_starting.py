"""What the environment says and the database does not hold stops a start; what it leaves out says nothing."""

from typing import Any

import pytest

from crm.common.company import starting
from crm.common.company.current import CompanyFacts, assume, company
from crm.common.company.models import Company
from crm.common.company.starting import OtherThanTheDatabase, differing, refuse_differing, refuse_other_company

HELD = {"A": "one", "B": 20}


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, {}),
        ({"A": "", "B": ""}, {}),
        ({"A": "one", "B": "20"}, {}),
        ({"A": "two"}, {"A": "two"}),
        ({"B": "20.0"}, {"B": "20.0"}),
        ({"C": "other"}, {}),
        ({"B": "21", "A": "two"}, {"A": "two", "B": "21"}),
    ],
)
def test_what_differs(asked: dict[str, str], found: dict[str, str]) -> None:
    assert differing(asked=asked, held=HELD) == found


def test_the_first_that_differs_is_named_with_what_to_do() -> None:
    with pytest.raises(OtherThanTheDatabase, match=r"^A is two, but this database has one\. Do this\.$"):
        refuse_differing(asked={"B": "21", "A": "two"}, held=HELD, remedy={"A": "Do this.", "B": "Do that."})


@pytest.mark.django_db
class TestAStart:
    @pytest.fixture(autouse=True)
    def above(self, settings: Any, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        """Who above is asked too."""
        asked: list[str] = []
        settings.CRM_ENVIRONMENT = {}
        monkeypatch.setattr(starting, "further_refusals", [lambda: asked.append("rules")])
        Company.objects.update(time_zone="Asia/Shanghai", currency="CNY")
        return asked

    @pytest.mark.parametrize(
        ("name", "said", "message"),
        [
            ("CRM_TIME_ZONE", "UTC", r"^CRM_TIME_ZONE is UTC, but .* has Asia/Shanghai\. .*change_time_zone"),
            ("CRM_CURRENCY", "EUR", r"^CRM_CURRENCY is EUR, but .* has CNY\. Set it back or leave it out: amounts"),
        ],
    )
    def test_is_refused_before_others_are_asked(
        self, settings: Any, above: list[str], name: str, said: str, message: str
    ) -> None:
        settings.CRM_ENVIRONMENT = {name: said}
        with pytest.raises(OtherThanTheDatabase, match=message):
            refuse_other_company()
        assert above == []

    def test_reads_the_company_anew_and_asks_who_is_above(self, settings: Any, above: list[str]) -> None:
        settings.CRM_ENVIRONMENT = {"CRM_TIME_ZONE": "Asia/Shanghai", "CRM_CURRENCY": "CNY"}
        assume(CompanyFacts("UTC", "EUR"))
        refuse_other_company()
        assert (company(), above) == (CompanyFacts("Asia/Shanghai", "CNY"), ["rules"])
