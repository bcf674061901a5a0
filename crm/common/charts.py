"""What a chart shows, independent of who draws it: ECharts in the browser, a table without JavaScript."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import Literal

from django.utils.functional import Promise

Value = float | int | Decimal | None
Kind = Literal["line", "bar"]
Format = Literal["number", "percent", "duration", "money"]


@dataclass(frozen=True, kw_only=True)
class Series:
    """`values` one for each x, None where there is no data; `low`/`high` draw an interval band around them."""

    name: str
    values: Sequence[Value]
    low: Sequence[Value] = ()
    high: Sequence[Value] = ()


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A vertical line at the x named `at`, such as a go-live."""

    at: str
    label: str


@dataclass(frozen=True, kw_only=True)
class Chart:
    """`title` states the finding. `x` are the labels, oldest first. `format` says how values read:
    percent takes shares (0.8 is 80 %), duration takes seconds, money takes amounts in `unit`.
    """

    key: str
    title: str
    x: Sequence[str]
    series: Sequence[Series]
    kind: Kind = "line"
    format: Format = "number"
    unit: str = ""
    x_label: str = ""
    baseline: Value = None
    target: Value = None
    marks: Sequence[Mark] = field(default_factory=tuple)

    def payload(self) -> dict[str, object]:
        """What `static/js/charts.js` reads; decimals become floats, it only draws."""
        plain = _plain(asdict(self))
        assert isinstance(plain, dict)
        return plain

    def rows(self) -> list["Row"]:
        """The table view: a row for each x."""
        return [
            Row(
                x=x,
                marks=[mark.label for mark in self.marks if mark.at == x],
                cells=[_cell(one, at) for one in self.series],
            )
            for at, x in enumerate(self.x)
        ]


@dataclass(frozen=True, kw_only=True)
class Cell:
    value: Value
    low: Value = None
    high: Value = None
    has_interval: bool = False


@dataclass(frozen=True, kw_only=True)
class Row:
    x: str
    marks: list[str]
    cells: list[Cell]


def _cell(series: Series, at: int) -> Cell:
    if not series.low:
        return Cell(value=series.values[at])
    return Cell(value=series.values[at], low=series.low[at], high=series.high[at], has_interval=True)


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return str(value) if isinstance(value, Promise) else value
