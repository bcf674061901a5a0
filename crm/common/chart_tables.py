"""The numbers of a chart as a table, for those who read rather than look."""

from collections.abc import Iterator

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from crm.common.cells import together
from crm.common.charts import Chart, Row
from crm.common.tables import Column, Table
from crm.common.templatetags.figures import measure


def unit_of(chart: Chart) -> str:
    """As `measure` takes it."""
    return {"percent": "%", "duration": "s", "money": chart.unit or "money"}.get(chart.format, chart.unit)


def _columns(chart: Chart) -> tuple[Column[Row], ...]:
    return (Column(key="x", title=chart.x_label or _("Period"), cell=_x), *_figures(chart, unit_of(chart)))


def _x(row: Row) -> SafeString:
    marks = format_html_join(" ", '<span class="badge bg-azure-lt">{}</span>', ((label,) for label in row.marks))
    return together(row.x, marks) if row.marks else format_html("{}", row.x)


def _figures(chart: Chart, unit: str) -> Iterator[Column[Row]]:
    for at, series in enumerate(chart.series):
        yield _value(series.name, at, unit)
        if series.low:
            yield _interval(at, unit)


def _value(name: str, at: int, unit: str) -> Column[Row]:
    return Column(key=str(at), title=name, cell=lambda row: measure(row.cells[at].value, unit), align="end")


def _interval(at: int, unit: str) -> Column[Row]:
    def ends(row: Row) -> str:
        return f"{measure(row.cells[at].low, unit)} – {measure(row.cells[at].high, unit)}"

    return Column(key=f"{at}-interval", title=_("Interval"), cell=ends, align="end")


CHART = Table[Row, Chart](key="common.chart", caption=_("Figures"), columns=_columns, stacked=False, dense=True)
