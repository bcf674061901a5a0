"""What stands above and below a list that people narrow and keep; `{% load lists %}`, docs/lists.md."""

from collections.abc import Mapping
from typing import Any

from django import template
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from crm.common.lists import builder, conditions
from crm.common.lists.pages import View
from crm.common.lists.state import RELEVANCE, State
from crm.common.templatetags.figures import number

register = template.Library()


@register.inclusion_tag("components/list_head.html", takes_context=True)
def list_head(context: template.Context, state: State) -> dict[str, Any]:
    """Views, the filter, chips, columns."""
    request = context["request"]
    page, user = state.page, request.user
    deleted = request.session.get("deleted_view", {}) if "deleted" in request.GET else {}
    return {
        "request": request,
        "csrf_token": context.get("csrf_token"),
        "state": state,
        "tabs": _tabs(state),
        "saved": _saved(state),
        "chips": [(chip, state.without(chip.at)) for chip in state.chips],
        "unsearched": state.query(search="") if state.search else "",
        "cleared": state.with_nothing(),
        "reset": f"?view={state.view.key}",
        "fields": tuple((one.key, str(one.label)) for one in page.fields_for(user).values()),
        "lines": builder.lines(state.conditions, request.GET, state.asking),
        "is_full": sum(1 for _one in conditions.each(state.conditions)) >= conditions.MOST,
        "filter_hidden": state.parts(),
        "column_hidden": _but(state.parts(), "columns", "density"),
        "sort_hidden": _but(state.parts(), "sort"),
        "columns": _choosable(state),
        "sorts": _sorts(state),
        "kept": state.query().removeprefix("?"),
        "deleted": deleted.get("name", "") if deleted.get("of_list") == page.key else "",
    }


@register.inclusion_tag("components/list_line.html")
def list_line(of: State, line: builder.Line) -> dict[str, Any]:
    """One condition of the filter's form."""
    return {"state": of, "line": line}


@register.inclusion_tag("components/list_bulk.html", takes_context=True)
def list_bulk(context: template.Context, state: State, count: int | None) -> dict[str, Any]:
    """What to do with the selected rows; nothing where they cannot be sent anywhere. `count`: None where nobody has
    counted them.
    """
    return {
        "csrf_token": context.get("csrf_token"),
        "url": bulk_url(state),
        "actions": state.page.actions(context["request"].user),
        "query": state.query().removeprefix("?"),
        "columns": ",".join(state.columns),
        "sort": state.sort,
        "all_words": _all_words(count),
    }


def _all_words(count: int | None) -> str:
    return _("All of the result") if count is None else _("All %(count)s of the result") % {"count": number(count)}


def bulk_url(state: State) -> str:
    """Where selected rows go; empty where nobody has made that."""
    try:
        return reverse(state.page.bulk_url_name) if state.page.bulk_url_name else ""
    except NoReverseMatch:
        return ""


def _tabs(state: State) -> list[View]:
    """The built-in views, and the saved one that is open."""
    return [view for view in state.views if not view.is_saved or view is state.view]


def _saved(state: State) -> list[tuple[str, list[View]]]:
    groups: dict[str, list[View]] = {}
    for view in state.views:
        if view.is_saved:
            groups.setdefault(str(view.group), []).append(view)
    return list(groups.items())


def _but(parts: Mapping[str, str], *names: str) -> dict[str, str]:
    return {name: value for name, value in parts.items() if name not in names}


def _choosable(state: State) -> tuple[tuple[str, str, bool], ...]:
    """All but the first, which stays: those shown in their order, then the others. Key, title, whether it is shown."""
    shown = [state.known[key] for key in state.columns[1:]]
    others = [one for key, one in state.known.items() if key not in state.columns and not one.stays]
    return tuple((one.key, str(one.title), at < len(shown)) for at, one in enumerate((*shown, *others)))


def _sorts(state: State) -> tuple[tuple[str, str], ...]:
    up, down = _("%(column)s, ascending"), _("%(column)s, descending")
    best = {RELEVANCE: _("Best match first")} if state.search else {}
    of_columns = (
        (sign + column.sort, words % {"column": column.title})
        for column in state.known.values()
        if column.sort
        for sign, words in (("", up), ("-", down))
    )
    return (*((key, str(words)) for key, words in (best | dict(state.page.orders)).items()), *of_columns)
