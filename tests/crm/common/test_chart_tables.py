"""A chart's table: a column for each series in the chart's unit, one more where it has an interval."""

from decimal import Decimal
from typing import Any

import pytest

from crm.common.chart_tables import CHART, unit_of
from crm.common.charts import Chart, Mark, Series


def chart(**fields: Any) -> Chart:
    return Chart(**{"key": "c", "title": "Waits", "x": ["2026-01", "2026-02"], "series": [], **fields})


def cells(of: Chart) -> list[list[str]]:
    """The header, then each row, as text."""
    columns = CHART.of(of.rows(), about=of).columns
    return [[str(column.title) for column in columns]] + [
        [str(column.cell(row)) for column in columns] for row in of.rows()
    ]


@pytest.mark.parametrize(
    ("form", "unit", "shown"),
    [
        ("percent", "", "%"),
        ("percent", "EUR", "%"),
        ("duration", "", "s"),
        ("money", "", "money"),
        ("money", "USD", "USD"),
        ("number", "", ""),
        ("number", "calls", "calls"),
    ],
)
def test_the_unit_of_a_chart(form: Any, unit: str, shown: str) -> None:
    assert unit_of(chart(format=form, unit=unit)) == shown


def test_without_a_series_there_are_the_periods_alone() -> None:
    assert cells(chart()) == [["Period"], ["2026-01"], ["2026-02"]]
    assert cells(chart(x=[])) == [["Period"]]


def test_a_series_with_an_interval_has_a_column_for_it_and_one_without_has_none() -> None:
    team = Series(name="Team", values=[Decimal("0.7"), None], low=[0.65, None], high=[0.75, None])
    company = Series(name="Company", values=[0, 0.5])

    assert cells(chart(series=[team, company], format="percent", x_label="Month")) == [
        ["Month", "Team", "Interval", "Company"],
        ["2026-01", "70.0%", "65.0% – 75.0%", "0.0%"],
        ["2026-02", "–", "– – –", "50.0%"],
    ]


def test_what_happened_in_a_period_stands_beside_it_and_is_no_markup() -> None:
    marks = [Mark(at="2026-02", label="Go-live"), Mark(at="2026-02", label="<b>"), Mark(at="2027-01", label="Later")]

    assert cells(chart(marks=marks))[1:] == [
        ["2026-01"],
        ['2026-02 <span class="badge bg-azure-lt">Go-live</span> <span class="badge bg-azure-lt">&lt;b&gt;</span>'],
    ]
