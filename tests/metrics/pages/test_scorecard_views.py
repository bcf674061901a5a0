import csv
import io
from datetime import date
from decimal import Decimal

import pytest
from pytest_django import DjangoAssertNumQueries

from metrics.engine.recomputing import recompute
from metrics.models import KpiTarget
from metrics.verdicts.evaluating import evaluate
from tests.conftest import ClientFor, UserFor
from tests.factories.accounts import TeamFactory
from tests.factories.trade import InvoiceFactory
from tests.metrics import figures

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]


def test_without_verdicts_it_says_what_to_do(client_for: ClientFor) -> None:
    assert "Nothing judged yet" in client_for("manager").get("/scorecard/").content.decode()


def test_lines_stand_in_the_catalogues_order_the_company_first(client_for: ClientFor) -> None:
    team = TeamFactory.create(key="north")
    figures.evaluation(
        "asa", "worse", change=1.2, low=1.1, high=1.3, baseline_value=Decimal(20), current_value=Decimal(24)
    )
    figures.evaluation("csat", "improved", team=team)
    figures.evaluation("csat", "no_evidence")

    answer = client_for("manager").get("/scorecard/")
    text = " ".join(answer.content.decode().split())

    assert [(line.kpi.key, line.scope) for line in answer.context["lines"]] == [
        ("csat", "whole company"),
        ("csat", "North"),
        ("asa", "whole company"),
    ]
    assert "+20.0%" in text  # a ratio of means: 24 s over 20 s
    assert "+10.0% to +30.0%" in text
    assert "0.004" in text
    assert "As measured." in text


def test_an_earlier_read_out_can_be_chosen(client_for: ClientFor) -> None:
    figures.evaluation("asa", "worse")
    figures.evaluation("asa", "too_early", as_of=date(2026, 9, 30))
    client = client_for("manager")

    def verdicts(query: str) -> list[str]:
        return [line.verdict for line in client.get(f"/scorecard/{query}").context["lines"]]

    assert verdicts("") == ["worse"]
    assert verdicts("?as_of=2026-09-30") == ["too_early"]
    assert verdicts("?as_of=nonsense") == ["worse"]
    assert verdicts("?show=improved") == []
    assert verdicts("?show=worse") == ["worse"]


def test_the_csv_has_plain_numbers(client_for: ClientFor, user_for: UserFor) -> None:
    target = KpiTarget.objects.create(
        kpi="csat", value=Decimal("0.9"), due_on=date(2027, 1, 1), owner=user_for("manager")
    )
    figures.evaluation("csat", "improved", target=target)

    answer = client_for("manager").get("/scorecard/export/")

    (row,) = csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig")))
    assert answer.headers["Content-Disposition"] == 'attachment; filename="scorecard-2026-10-31.csv"'
    assert (row["kpi"], row["scope"], row["verdict"], row["change"], row["n_current"]) == (
        "csat", "whole company", "improved", "0.1", "400",
    )  # fmt: skip
    assert Decimal(row["target"]) == Decimal("0.9")


def test_an_export_before_the_first_read_out_is_its_header(client_for: ClientFor) -> None:
    answer = client_for("manager").get("/scorecard/export/")

    assert answer.status_code == 200
    (header,) = answer.getvalue().decode("utf-8-sig").splitlines()
    assert header.startswith("kpi,")


def test_a_team_named_like_a_formula_is_harmless_in_a_spreadsheet(client_for: ClientFor) -> None:
    team = TeamFactory.create(name='=HYPERLINK("http://evil.example")')
    figures.evaluation("csat", "improved", team=team)

    answer = client_for("manager").get("/scorecard/export/")

    (row,) = csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig")))
    assert row["scope"] == '\'=HYPERLINK("http://evil.example")'


def test_the_markdown_can_be_pasted(client_for: ClientFor) -> None:
    figures.evaluation("csat", "improved", reason="a | b\nc")

    text = client_for("manager").get("/scorecard/export/?format=md").content.decode()

    assert text == (
        "# Scorecard as of 2026-10-31\n\n"
        "| KPI | Scope | Baseline | Now | Target | Change (95% interval) | Adjusted p | Verdict | Reason |\n"
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n"
        "| Customer satisfaction | whole company | 70.0% (n = 1000) | 80.0% (n = 400) | – | "
        "+10.0\u202fpp (+5.0\u202fpp to +15.0\u202fpp) | 0.004 | improved | a \\| b c |\n"
    )


def test_it_says_as_of_which_day_figures_are_judged_that_time_changes(client_for: ClientFor) -> None:
    """Whatever day that was, and whenever it is read: the figures of later may be judged otherwise."""
    said, client = "What changes by time alone is judged as of", client_for("manager")
    figures.evaluation("asa", "improved")
    assert said not in client.get("/scorecard/").content.decode()
    assert said not in client.get("/scorecard/export/?format=md").content.decode()
    InvoiceFactory.create(due_on=date(2026, 10, 5))
    recompute(as_of=date(2026, 10, 20))
    evaluate(as_of=date(2026, 10, 31))
    recompute()
    assert f"{said} Oct. 20, 2026." in client.get("/scorecard/").content.decode()
    assert f"\n\n{said} 2026-10-20.\n\n|" in client.get("/scorecard/export/?format=md").content.decode()


@pytest.mark.parametrize("rows", [1, 3])
def test_the_number_of_queries_does_not_grow(
    rows: int, client_for: ClientFor, user_for: UserFor, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for kpi in ("csat", "asa", "aht")[:rows]:
        target = KpiTarget.objects.create(
            kpi=kpi, value=Decimal("0.9"), due_on=date(2027, 1, 1), owner=user_for("manager")
        )
        figures.evaluation(kpi, "improved", target=target, team=TeamFactory.create())
    client = client_for("manager")

    with django_assert_num_queries(4):
        client.get("/scorecard/")


@pytest.mark.parametrize("role", ["sales", "service"])
@pytest.mark.parametrize("url", ["/scorecard/", "/scorecard/export/"])
def test_who_may_not(role: str, url: str, client_for: ClientFor) -> None:
    assert client_for(role).get(url).status_code == 403
