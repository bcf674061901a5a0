"""Lists: columns are data, and one function writes the rows (`crm.common.table_html`).

A room declares its lists in its `tables.py`; a view gives one its rows with `of`, and the template writes it:
`{% table orders %}`. Every list that is declared is tested with one row and with three (`tests/test_lists.py`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Generic, Literal, TypeVar, cast

from django.utils.functional import Promise

from crm.common.paging import Page

Row = TypeVar("Row")
About = TypeVar("About")
Text = str | Promise

_declared: dict[str, "Table[Any, Any]"] = {}


def declared() -> Mapping[str, "Table[Any, Any]"]:
    """Every list of the modules that are loaded, by key."""
    return MappingProxyType(_declared)


@dataclass(frozen=True, kw_only=True)
class Column(Generic[Row]):
    """One thing the rows show.

    `cell`: what it is of a row; safe text stays, other text is escaped, None is a dash. `foot`: what stands below.
    `sort`: its key in `?sort=`, where the list can be sorted by it, and `order_by` the field when it has another name.
    `note`: a second line of its header, `hint` what is said on hover.
    `shown`: "wide" leaves it out below 992 pixels, phones included. `spoken`: the title is for screen readers only.
    `share`: of the width, in a list whose cells are cut, `narrow`: another where the wide ones are left out.
    `whole`: the cell's text on hover where the cell is markup.
    `chosen`: whether it is there before anybody chose columns; `stays`: it is there last, whatever they chose.
    """

    key: str
    title: Text
    cell: Callable[[Row], object]
    sort: str = ""
    order_by: str = ""
    align: Literal["start", "end"] = "start"
    width: Literal["", "fit", "short", "long"] = ""
    shown: Literal["always", "wide"] = "always"
    spoken: bool = False
    hint: Text = ""
    note: object = ""
    css: str = ""
    foot: object = ""
    share: int = 10
    narrow: int = 0
    whole: Callable[[Row], object] | None = None
    chosen: bool = True
    stays: bool = False


@dataclass(frozen=True, kw_only=True)
class Empty:
    """What a list without rows says: what is missing, and what to do next for those who may.

    Without a title it is a sentence in a card, with one the large empty state. `other`: a second thing to do.
    """

    text: Text = ""
    title: Text = ""
    icon: str = "mood-empty"
    action: Text = ""
    action_url: Text = ""
    other: Text = ""
    other_url: Text = ""


@dataclass(frozen=True, kw_only=True)
class Table(Generic[Row, About]):
    """A list, or a table of figures. `About` is what its columns depend on beside the row: a KPI, a right.

    `key`: room and list ("trade.orders"). `caption`: its name for those who cannot see where it stands.
    `attributes`: of a row's element. `stacked`: on a phone each row is a small card; else the table scrolls sideways.
    `cut`: a row is one line whatever stands in it; what does not fit is cut, and whole on hover.
    `row_id`: what a selected row is known by, where rows can be selected.
    """

    key: str
    caption: Text
    columns: Sequence[Column[Row]] | Callable[[About], Sequence[Column[Row]]]
    empty: Empty = Empty()
    attributes: Callable[[Row], Mapping[str, str]] | None = None
    stacked: bool = True
    cut: bool = False
    row_id: Callable[[Row], int] | None = None
    dense: bool = False
    css: str = ""

    def __post_init__(self) -> None:
        if self.key in _declared:
            raise ValueError(f"There is another list called {self.key}")
        _declared[self.key] = self

    def of(
        self,
        rows: Sequence[Row],
        *,
        about: About | None = None,
        sort: str = "",
        page: Page[Any] | None = None,
        within: str = "",
        empty: Empty | None = None,
        caption: Text = "",
    ) -> "Filled[Row]":
        """With rows. `sort`: the order they are in; `page`: where they stand in a longer list.

        `within`: where a page has several lists, the id of the element each is in; its links lead there, its names in
        the address begin with it (`orders_cursor`, `orders_sort`).
        """
        return Filled(
            table=self,
            columns=self.columns_of(about),
            rows=rows,
            sort=sort,
            page=page,
            within=within,
            empty=empty or self.empty,
            caption=caption or self.caption,
        )

    def allowed(self, sort: str, *, default: str, about: About | None = None) -> str:
        """`sort` if it is a column's key, or such a key with `-` before it for descending; else `default`."""
        return sort if sort.removeprefix("-") in self._fields(about) else default

    def order_by(self, sort: str, *, about: About | None = None) -> str:
        """The field to order by, with its sign; what is no column's key stays as it is."""
        key = sort.removeprefix("-")
        return sort.removesuffix(key) + self._fields(about).get(key, key)

    def columns_of(self, about: About | None) -> Sequence[Column[Row]]:
        return self.columns(cast("About", about)) if callable(self.columns) else self.columns

    def _fields(self, about: About | None) -> dict[str, str]:
        return {column.sort: column.order_by or column.sort for column in self.columns_of(about) if column.sort}


@dataclass(frozen=True, kw_only=True)
class Filled(Generic[Row]):
    """A list with the rows of one answer. `is_selected`: rows have a box to tick, for the form "bulk"."""

    table: Table[Row, Any]
    columns: Sequence[Column[Row]]
    rows: Sequence[Row]
    sort: str
    page: Page[Any] | None
    within: str
    empty: Empty
    caption: Text
    is_selected: bool = False
    is_compact: bool = False

    def named(self, what: str) -> str:
        """What the order (`sort`) and the place in it (`cursor`) are called in the address."""
        return f"{self.within}_{what}" if self.within else what

    def arranged(
        self, columns: Sequence[Column[Row]], *, is_selected: bool = False, is_compact: bool = False
    ) -> "Filled[Row]":
        """With the columns that somebody chose."""
        return replace(self, columns=columns, is_selected=is_selected, is_compact=is_compact)
