import json
from decimal import Decimal

from django.template import engines
from django.utils.translation import gettext_lazy

from crm.common.charts import Cell, Chart, Mark, Row, Series

CHART = Chart(
    key="sl",
    title="Service level rose </script><script>alert(1)</script>",
    x=["2026-01", "2026-02"],
    series=[Series(name="Service level", values=[Decimal("0.71"), None], low=[0.69, None], high=[0.73, None])],
    format="percent",
    baseline=Decimal("0.7"),
    marks=[Mark(at="2026-02", label=gettext_lazy("Go-live"))],  # type: ignore[arg-type]
)


def test_the_payload_is_plain_json() -> None:
    payload = json.loads(json.dumps(CHART.payload()))
    assert payload["series"] == [
        {"name": "Service level", "values": [0.71, None], "low": [0.69, None], "high": [0.73, None]}
    ]
    assert (payload["baseline"], payload["target"], payload["marks"]) == (
        0.7, None, [{"at": "2026-02", "label": "Go-live"}],
    )  # fmt: skip


def test_the_table_has_a_row_for_each_x() -> None:
    assert CHART.rows() == [
        Row(x="2026-01", marks=[], cells=[Cell(value=Decimal("0.71"), low=0.69, high=0.73, has_interval=True)]),
        Row(x="2026-02", marks=["Go-live"], cells=[Cell(value=None, low=None, high=None, has_interval=True)]),
    ]


def test_the_figure_reads_without_script_and_holds_no_markup_of_the_data() -> None:
    html = engines["django"].from_string("{% load look %}{% chart chart %}").render({"chart": CHART})
    assert "71.0%" in html
    assert "69.0% – 73.0%" in html
    assert "<script>alert" not in html
