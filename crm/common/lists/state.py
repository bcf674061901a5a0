"""How a list stands in one request: its view, and what the address changes of it.

`?view=` names the view, `where` (JSON) its conditions where they are others, `?tier=2` one more, `q` the search,
`sort`, `columns` and `density` the look. Without any of these a person finds the list as they last had it.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType
from typing import Any, Final, TypeVar

from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from crm.common.lists import builder, conditions, wording
from crm.common.lists.conditions import BadConditions, Condition, Group
from crm.common.lists.options import Asking
from crm.common.lists.pages import ListPage, View
from crm.common.paging import Page
from crm.common.tables import Column, Empty, Filled

Columns = Mapping[str, Column[Any]]
Narrowed = TypeVar("Narrowed", bound=QuerySet[Any])
RELEVANCE: Final = "relevance"
COMPACT, NORMAL = "compact", "normal"
LONGEST = 20_000  # of `where`, letters
NUL: Final = rb"\u0000"  # as JSON writes it


@dataclass(frozen=True, kw_only=True)
class State:
    """`columns`: keys in their order. `faults`: sentences on what is passed over. `is_unclear`: nothing is to be shown.

    `about`: what the columns depend on, of who asks, and `known` those columns by key.
    `open_panel`: what the page opens at: "filter", "columns" or nothing; `moved`: the button that keeps the focus;
    `redo`: the address that says the same in short, where a form was sent; `is_chosen`: a view was named.
    `shown`: called once its rows are there.
    """

    page: ListPage
    asking: Asking
    views: Sequence[View]
    view: View
    conditions: Group
    search: str = ""
    sort: str = ""
    asked_sort: str = ""
    columns: Sequence[str] = ()
    density: str = ""
    faults: Sequence[str] = ()
    is_unclear: bool = False
    is_chosen: bool = False
    open_panel: str = ""
    moved: str = ""
    redo: str = ""
    remembered: Mapping[str, Any] = field(default_factory=dict)
    about: Any = None
    known: Columns = field(default_factory=dict)
    shown: Callable[[], None] | None = None

    @cached_property
    def names(self) -> wording.Names:
        return wording.names_in(self.conditions, self.asking)

    @cached_property
    def chips(self) -> list[wording.Chip]:
        return wording.chips(self.conditions, self.names)

    @property
    def shown_columns(self) -> list[Column[Any]]:
        staying = (column for column in self.known.values() if column.stays)
        return [*(self.known[key] for key in self.columns), *staying]

    @property
    def order(self) -> str:
        """The field to order by, with its sign."""
        return self.page.table.order_by(self.sort, about=self.about)

    @property
    def is_compact(self) -> bool:
        return bool(self.density)

    @property
    def is_narrowed(self) -> bool:
        return bool(self.search or self.conditions.items)

    @property
    def is_costly(self) -> bool:
        """Whether there may be no index that answers it: by texts, by amounts, by several conditions."""
        asked = [one for one in conditions.each(self.conditions) if one.field]
        return len(asked) > 2 or any(one.takes in ("text", "number") for one in asked)

    @property
    def is_rough(self) -> bool:
        """Whether the planner knows but roughly how many fit."""
        return any(one.field.is_rough for one in conditions.each(self.conditions) if one.field)

    @property
    def is_changed(self) -> bool:
        """Whether it is another than the view as it is kept; what a view leaves open is everybody's own."""
        view, look = self.view, self.look
        kept = {"conditions": dict(view.conditions), "search": view.search, "sort": view.sort}
        kept |= {"columns": [*view.columns]} if view.columns else {}
        return any(look[key] != value for key, value in kept.items())

    @property
    def look(self) -> dict[str, Any]:
        """All that a saved view keeps."""
        return {
            "conditions": conditions.as_data(self.conditions),
            "search": self.search,
            "columns": [*self.columns],
            "sort": self.asked_sort,
            "density": self.density,
        }

    def parts(self, **changed: Any) -> dict[str, str]:
        """What an address says of this list beside what its view says; `changed`: of this state."""
        now = replace(self, **changed)
        parts, data = {"view": now.view.key}, conditions.as_data(now.conditions)
        if data != dict(now.view.conditions):
            parts["where"] = json.dumps(data, separators=(",", ":"), ensure_ascii=False)
        if now.search != now.view.search:
            parts["q"] = now.search
        if now.asked_sort != now.view.sort:
            parts["sort"] = now.asked_sort
        if [*now.columns] != _default_columns(now.known, now.view, now.remembered):
            parts["columns"] = ",".join(now.columns)
        if now.density != (now.view.density or now.remembered.get("density", "")):
            parts["density"] = now.density or NORMAL
        return parts

    def query(self, **changed: Any) -> str:
        """The address's query for this list with something of it changed."""
        return f"?{urlencode(self.parts(**changed))}"

    @cached_property
    def where(self) -> Q:
        """What its conditions ask for."""
        return conditions.to_q(self.conditions, self.asking)

    def narrow(self, rows: Narrowed) -> Narrowed:
        """By its conditions; to none where it is unclear what is meant. The search is the list's own affair."""
        return rows.none() if self.is_unclear else rows.filter(self.where)

    def fill(
        self, rows: Sequence[Any], *, page: Page[Any], empty: Empty | None = None, is_selected: bool = False
    ) -> Filled[Any]:
        """The list with these rows, as it is arranged."""
        if self.shown:
            self.shown()
        filled = self.page.table.of(rows, about=self.about, sort=self.sort, page=page, empty=empty)
        return filled.arranged(self.shown_columns, is_selected=is_selected, is_compact=self.is_compact)

    def without(self, at: Sequence[int]) -> str:
        return self.query(conditions=conditions.without(self.conditions, at))

    def with_nothing(self) -> str:
        """Neither conditions nor search."""
        return self.query(conditions=conditions.EVERYTHING, search="")

    def to_remember(self) -> dict[str, Any]:
        """What is to be found again next time, where that is another than what is remembered."""
        if not self.is_chosen:
            return {}
        now: dict[str, Any] = {**self.remembered, "view": self.view.key}
        if not self.view.columns:
            now["columns"] = [] if [*self.columns] == _own_columns(self.known) else [*self.columns]
        if not self.view.density:
            now["density"] = self.density
        kept = {key: value for key, value in now.items() if value}
        return {} if kept == self.remembered else kept


def read(
    page: ListPage,
    query: QueryDict,
    *,
    asking: Asking,
    views: Sequence[View],
    remembered: Mapping[str, Any] = MappingProxyType({}),
    usual: str = "",
) -> State:
    """`views`: those that people saved, beside the list's own; `usual`: the key of the one the reader's role has."""
    every = (*page.views, *views)
    fields = page.fields_for(asking.user)
    about = page.about(asking) if page.about else None
    known = page.columns_for(about)
    view, faults = _view(page, query, every, str(remembered.get("view", "")) or usual, fields)
    group, is_unclear, more_faults = _conditions(view, query, fields)
    form = builder.read(query, fields, group)
    group = form.group if form.is_sent else group
    search = _search(page, query, view)
    asked = page.allowed(query.get("sort", view.sort), about)
    state = State(
        page=page,
        asking=asking,
        views=every,
        view=view,
        conditions=group,
        search=search,
        asked_sort=asked,
        sort=asked or (RELEVANCE if search else page.sort),
        columns=_columns(known, query, view, remembered),
        density=_density(query, view, remembered),
        is_unclear=is_unclear,
        faults=(*faults, *more_faults, *_faults(known, view, group)),
        is_chosen="view" in query and not form.is_sent and not _short(query, fields),  # else a link led there
        open_panel="filter" if form.is_sent else query.get("open", ""),
        moved=query.get("move", "") or query.get("moved", ""),
        remembered=remembered,
        about=about,
        known=known,
    )
    if form.is_applied and not any(one.fault for one in conditions.each(group)):
        return replace(state, redo=state.query())
    return replace(state, redo=_arranged(state)) if "arrange" in query else state


def _view(
    page: ListPage, query: QueryDict, views: Sequence[View], usual: str, fields: conditions.Fields
) -> tuple[View, list[str]]:
    by_key = {view.key: view for view in views}
    if query.get("view"):
        found = by_key.get(str(query["view"]))
        return (found, []) if found else (page.views[0], [_("This view is no longer there; these are all.")])
    if query.get("q") or "where" in query or any(key in fields for key in query):
        return page.views[0], []
    return by_key.get(usual) or by_key.get(page.usual) or page.views[0], []


def _conditions(view: View, query: QueryDict, fields: conditions.Fields) -> tuple[Group, bool, list[str]]:
    """→ conditions, whether nothing can be made of what is asked, and why."""
    try:
        given = _json(str(query["where"])) if "where" in query else view.conditions
        group = conditions.joined(conditions.read(given, fields), _short(query, fields))
        return conditions.bounded(group), False, []
    except BadConditions as wrong:
        return conditions.EVERYTHING, True, [str(wrong)]


def _json(text: str) -> Any:
    """Raises BadConditions, also for what no database keeps: no number, half a character, NUL."""
    try:
        found = json.loads(text) if len(text) <= LONGEST else text
        written = json.dumps(found, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError):
        raise BadConditions from None
    if NUL in written:
        raise BadConditions
    return found


def _short(query: QueryDict, fields: conditions.Fields) -> list[Condition]:
    """`?tier=2&overdue=yes`, as links and bookmarks have it."""
    found = []
    for key in query:
        values = [value for value in query.getlist(key) if value]
        if key in fields and values:
            found.append(_of_short(fields[key], values, fields))
    return found


def _of_short(field: Any, values: list[str], fields: conditions.Fields) -> Condition:
    if field.short:
        op, value = field.short(values[0])
        return conditions.condition(field.key, op, value, fields)
    if field.is_id and values == ["0"] and "empty" in field.ops:  # what no row has: those that have none
        return conditions.condition(field.key, "empty", "", fields)
    op = next(iter(field.ops))
    taken: Any = values if field.ops[op].takes == "choices" else values[0]
    return conditions.condition(field.key, op, taken, fields)


def _search(page: ListPage, query: QueryDict, view: View) -> str:
    return query.get("q", view.search).replace("\0", "").strip()[:200] if page.is_searched else ""


def _faults(known: Columns, view: View, group: Group) -> list[str]:
    gone = [key for key in view.columns if key not in known]
    said = _("“%(column)s” is no longer a column of this list: it is left out.")
    return [*wording.passed_over(group), *(said % {"column": key[:60]} for key in gone)]


def _own_columns(known: Columns) -> list[str]:
    return [column.key for column in known.values() if column.chosen and not column.stays]


def _default_columns(known: Columns, view: View, remembered: Mapping[str, Any]) -> list[str]:
    return _known(known, view.columns or remembered.get("columns", ())) or _own_columns(known)


def _columns(known: Columns, query: QueryDict, view: View, remembered: Mapping[str, Any]) -> list[str]:
    asked = query.get("columns", "").split(",") if "columns" in query else []
    if "arrange" in query:
        asked = _moved([next(iter(known)), *query.getlist("column")], query.get("move", ""))
    return _known(known, asked) or _default_columns(known, view, remembered)


def _moved(keys: list[str], move: str) -> list[str]:
    """`move`: "tier.up"; behind the first, which stays where it is."""
    key, _dot, way = move.partition(".")
    if key not in keys[1:]:
        return keys
    at = keys.index(key)
    to = max(1, at - 1) if way == "up" else min(len(keys) - 1, at + 1)
    keys.insert(to, keys.pop(at))
    return keys


def _known(known: Columns, keys: Sequence[str]) -> list[str]:
    """Each once; the first names the row, so it is always there and first."""
    first = next(iter(known))
    chosen = list(dict.fromkeys(key for key in keys if key in known and key != first and not known[key].stays))
    return [first, *chosen] if keys and (chosen or first in keys) else []


def _density(query: QueryDict, view: View, remembered: Mapping[str, Any]) -> str:
    asked = query.get("density") or view.density or str(remembered.get("density", ""))
    return COMPACT if asked == COMPACT else ""


def _arranged(state: State) -> str:
    """The form of the columns was sent: those that are ticked, one of them moved up or down."""
    return f"{state.query()}&open=columns&moved={state.moved}" if state.moved else state.query()
