"""How a list that can be narrowed, arranged and kept is declared: beside its table, one `ListPage`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Protocol

from django.utils.functional import Promise

from crm.common.lists.fields import Field
from crm.common.lists.options import Asking
from crm.common.tables import Column, Table

_declared: dict[str, "ListPage"] = {}


def declared() -> Mapping[str, "ListPage"]:
    """Every such list of the modules that are loaded, by its table's key."""
    return MappingProxyType(_declared)


@dataclass(frozen=True, kw_only=True)
class View:
    """A way to look at a list. Built-in ones have a word as key, those that people saved their id.

    `conditions` as `conditions.as_data` has them; `columns` none: the list's own. `group` says whose it is.
    """

    key: str
    name: str | Promise
    conditions: Mapping[str, Any] = field(default_factory=dict)
    search: str = ""
    columns: Sequence[str] = ()
    sort: str = ""
    density: str = ""
    group: str | Promise = ""
    is_saved: bool = False
    may_change: bool = False
    roles: Sequence[str] = ()


class BulkAction(Protocol):
    """What can be done to selected rows; `icon` names a Tabler icon."""

    @property
    def key(self) -> str: ...
    @property
    def label(self) -> str | Promise: ...
    @property
    def icon(self) -> str: ...


def no_actions(_user: Any) -> Sequence[BulkAction]:
    return ()


@dataclass(frozen=True, kw_only=True)
class ListPage:
    """`views`: the built-in ones; the first is everything. `url_name` takes no arguments and is open to `permission`.

    `sort`: the order where nothing asks for another. `is_searched`: it knows `?q=`, whose matches come by relevance.
    `bulk_url_name`: where selected rows are sent with one of the user's `actions`; without it nothing is selected.
    `usual`: the view that people begin with, where it is not everything. `orders`: those that are no column's, by key.
    `about`: what the table's columns depend on, of who asks, where they depend on anything.
    """

    table: Table[Any, Any]
    url_name: str
    permission: str
    fields: Sequence[Field]
    views: Sequence[View]
    sort: str
    is_searched: bool = False
    bulk_url_name: str = ""
    actions: Callable[[Any], Sequence[BulkAction]] = no_actions
    usual: str = ""
    orders: Mapping[str, str | Promise] = field(default_factory=dict)
    about: Callable[[Asking], Any] | None = None

    def __post_init__(self) -> None:
        _declared[self.key] = self

    @property
    def key(self) -> str:
        return self.table.key

    def fields_for(self, user: Any) -> dict[str, Field]:
        """Those the user may ask for, by key."""
        allowed = (one for one in self.fields if not one.permission or user.has_perm(one.permission))
        return {one.key: one for one in allowed}

    def columns_for(self, about: Any) -> dict[str, Column[Any]]:
        """All that the reader may choose or finds there, in the list's own order."""
        return {column.key: column for column in self.table.columns_of(about)}

    def allowed(self, sort: str, about: Any) -> str:
        """`sort` if the list can be in this order; else nothing."""
        return sort if sort in self.orders else self.table.allowed(sort, default="", about=about)
