"""How a list looks. Written as strings: a template's loop took twenty times as long a cell."""

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from crm.common.escaping import escaped
from crm.common.paging import Page
from crm.common.tables import Column, Empty, Filled
from crm.common.templatetags.figures import NO_DATA

SHORT = 5  # letters
PASSING = ("open", "moved", "deleted")  # of the address of a list: said once


def as_html(filled: Filled[Any], request: HttpRequest | None = None) -> SafeString:
    """The table with its pager, or what to do when there are no rows.

    The request's query goes on in the links; without a request there must be none to make.
    """
    if not filled.rows:
        return _nothing(filled.empty)
    return mark_safe("".join(_written(filled, request)))  # noqa: S308 - every piece escapes what it is given


def _written(filled: Filled[Any], request: HttpRequest | None) -> Iterator[str]:
    table, columns = filled.table, filled.columns
    caption = escape(str(filled.caption))
    focus = "" if table.stacked else f' tabindex="0" role="region" aria-label="{caption}"'
    heads = "".join(_header(column, filled, request) for column in columns)
    yield f'<div class="table-responsive"{focus}>'
    yield f'<table class="{_table_class(filled)}" data-table="{table.key}">'
    yield f'<caption class="visually-hidden">{caption}</caption>{_widths(filled)}'
    yield f"<thead><tr>{_select_all(filled)}{heads}</tr></thead>"
    yield f"<tbody>{_rows(filled)}</tbody>"
    if any(column.foot != "" for column in columns):
        yield f"<tfoot><tr>{_foot(columns)}</tr></tfoot>"
    yield "</table></div>"
    if filled.page is not None:
        yield _pager(filled.page, filled, request)


def _table_class(filled: Filled[Any]) -> str:
    table = filled.table
    marks = (
        "table-stack" if table.stacked else "",
        "table-cut" if table.cut else "",
        "table-sm" if table.dense else "",
        "table-select" if filled.is_selected else "",
        "table-compact" if filled.is_compact else "",
        table.css,
    )
    return " ".join(("table", *filter(None, marks), "mb-0"))


def _widths(filled: Filled[Any]) -> str:
    """Each column's share of the whole in percent, as a class: the page's policy allows no style of its own.

    Where there is no room for the wide ones, the others share what they leave.
    """
    if not filled.table.cut:
        return ""
    columns = filled.columns
    whole = sum(column.share for column in columns)
    narrow = sum(_narrow(column) for column in columns) or 1
    marks = (
        f'<col class="share-{_percent(column.share, whole)}'
        f' {_wide(column) or f"narrow-{_percent(_narrow(column), narrow)}"}">'
        for column in columns
    )
    box = '<col class="col-select">' if filled.is_selected else ""
    return f"<colgroup>{box}{''.join(marks)}</colgroup>"


def _percent(share: int, whole: int) -> int:
    return max(1, round(100 * share / whole))


def _narrow(column: Column[Any]) -> int:
    return 0 if column.shown == "wide" else column.narrow or column.share


def _wide(column: Column[Any]) -> str:
    return "col-wide" if column.shown == "wide" else ""


def _rows(filled: Filled[Any]) -> str:
    """The one function that writes rows: the first cell names the row, the others carry their column's name."""
    attributes, cut = filled.table.attributes, filled.table.cut
    cells = [
        (column.cell, column.whole if cut else None, cut, *_around(column, first=at == 0))
        for at, column in enumerate(filled.columns)
    ]
    written, words = [], gettext("Select %(row)s")
    for row in filled.rows:
        written.append(f"<tr{_attributes(attributes(row))}>" if attributes else "<tr>")
        if filled.is_selected:
            written.append(_box(filled, row, words))
        for cell, whole, may_be_cut, opening, closing in cells:
            value = cell(row)
            hover = (whole(row) if whole else value) if may_be_cut else None
            written += (opening, _hover(hover), ">", _text(value), closing)
        written.append("</tr>")
    return "".join(written)


def _box(filled: Filled[Any], row: Any, words: str) -> str:
    assert filled.table.row_id is not None, "rows that can be selected have an id"
    first = filled.columns[0]
    label = escape(words % {"row": first.whole(row) if first.whole else first.cell(row)})
    return (
        f'<td class="col-select"><input type="checkbox" class="form-check-input" name="ids" form="bulk"'
        f' value="{filled.table.row_id(row)}" aria-label="{label}"></td>'
    )


def _select_all(filled: Filled[Any]) -> str:
    """The box that ticks the page needs script, which shows it."""
    if not filled.is_selected:
        return ""
    label = escape(gettext("Select all rows of this page"))
    box = f'<input type="checkbox" class="form-check-input" data-select-page hidden aria-label="{label}">'
    title = escape(gettext("Selected"))
    return f'<th scope="col" class="col-select"><span class="visually-hidden">{title}</span>{box}</th>'


def _hover(text: object) -> str:
    """What may be cut says itself in full; words of a few letters never are."""
    words = "" if text is None or hasattr(text, "__html__") else str(text)
    return f' title="{escape(words)}"' if len(words) > SHORT else ""


def _foot(columns: Sequence[Column[Any]]) -> str:
    tags = [_around(column, first=at == 0) for at, column in enumerate(columns)]
    return "".join(
        f"{opening}>{_text(column.foot)}{closing}" for column, (opening, closing) in zip(columns, tags, strict=True)
    )


def _around(column: Column[Any], *, first: bool) -> tuple[str, str]:
    """The tags around a cell; the opening one still takes attributes."""
    if first:
        return f'<th scope="row"{_class(column)}', "</th>"
    label = "" if column.spoken else escape(str(column.title))
    return f'<td{_class(column)} data-label="{label}"', "</td>"


def _text(value: object) -> str:
    """Markup stays together in a box: on a phone the cell is a row of a label and one thing."""
    if value is None:
        return NO_DATA
    return f"<div>{value.__html__()}</div>" if hasattr(value, "__html__") else escape(str(value))


def _attributes(given: Mapping[str, str]) -> str:
    return "".join(f' {name}="{escape(value)}"' for name, value in given.items() if value)


def _class(column: Column[Any]) -> str:
    marks = (
        "num" if column.align == "end" else "",
        f"col-{column.width}" if column.width else "",
        "col-wide" if column.shown == "wide" else "",
        column.css,
    )
    names = " ".join(filter(None, marks))
    return f' class="{names}"' if names else ""


def _header(column: Column[Any], filled: Filled[Any], request: HttpRequest | None) -> str:
    title = escape(str(column.title))
    title = f'<span class="visually-hidden">{title}</span>' if column.spoken else title
    hint = f' title="{escape(str(column.hint))}"' if column.hint else ""
    title += f'<div class="fw-normal">{escaped(column.note)}</div>' if column.note else ""
    if not column.sort:
        return f'<th scope="col"{_class(column)}{hint}>{title}</th>'
    state = {column.sort: "ascending", f"-{column.sort}": "descending"}.get(filled.sort, "")
    symbol = {"ascending": "chevron-up", "descending": "chevron-down"}.get(state, "selector")
    order = f"-{column.sort}" if state == "ascending" else column.sort
    link = escape(_query(request, filled.within, **{filled.named("cursor"): "", filled.named("sort"): order}))
    sorted_by = f' aria-sort="{state}"' if state else ""
    return (
        f'<th scope="col"{_class(column)}{hint}{sorted_by}><a class="sort-link" href="{link}">'
        f'{title} <i class="ti ti-{symbol}" aria-hidden="true"></i></a></th>'
    )


def _pager(page: Page[Any], filled: Filled[Any], request: HttpRequest | None) -> str:
    """Links to the previous and the next page by key; nothing where there is only one."""
    if not page.previous_cursor and not page.next_cursor:
        return ""
    back = '<i class="ti ti-chevron-left" aria-hidden="true"></i> ' + escape(gettext("Previous"))
    on = escape(gettext("Next")) + ' <i class="ti ti-chevron-right" aria-hidden="true"></i>'
    steps = _step(back, "prev", page.previous_cursor, filled, request)
    steps += _step(on, "next", page.next_cursor, filled, request)
    return f'<nav class="pager" aria-label="{escape(gettext("Pages"))}">{steps}</nav>'


def _step(words: str, relation: str, cursor: str, filled: Filled[Any], request: HttpRequest | None) -> str:
    if not cursor:
        return f'<span class="btn btn-sm disabled" aria-hidden="true">{words}</span>'
    url = _query(request, filled.within, **{filled.named("cursor"): cursor})
    return f'<a class="btn btn-sm" rel="{relation}" href="{escape(url)}">{words}</a>'


def _query(request: HttpRequest | None, place: str, **changed: str) -> str:
    """The query of this page with some values changed, or taken out where they are empty."""
    assert request is not None, "a list that is sorted or paged needs the request"
    query = request.GET.copy()
    for passing in PASSING:
        query.pop(passing, None)
    for name, value in changed.items():
        query.pop(name, None)
        if value:
            query[name] = value
    return f"?{query.urlencode()}{f'#{place}' if place else ''}"


def _nothing(empty: Empty) -> SafeString:
    if not empty.title:
        return format_html('<div class="card-body text-secondary">{}</div>', empty.text)
    context = {
        "title": empty.title,
        "text": empty.text,
        "action_url": empty.action_url,
        "action_label": empty.action,
        "symbol": empty.icon,
        "other_url": empty.other_url,
        "other_label": empty.other,
    }
    return render_to_string("components/empty_state.html", context)
