"""Which rows are meant: those picked by id, or all that a list shows."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict

from accounts.access import Reader
from accounts.domain.views import state_of
from customers.registry.bulk import Subject

Selection = Mapping[str, Any]
"""{"ids": [...]}, or {"query": the query string of the list}: all that it shows, on whatever page."""


def rows_of(subject: Subject, selection: Selection, user: Reader) -> QuerySet[Any]:
    """Those that the user may see; of what means nothing, none."""
    visible = subject.visible(user)
    if "ids" in selection:
        return visible.filter(pk__in=selection["ids"])
    if "query" not in selection:
        return visible.none()
    query = QueryDict(selection["query"], mutable=True)
    query.setdefault("view", subject.page.views[0].key)  # not the one that somebody happens to have open
    return subject.meant(state_of(subject.page, user, query), user)


def in_brief(selection: Selection) -> dict[str, Any]:
    """For the record: how many were picked, or which filters were set; never what was searched for."""
    if "ids" in selection:
        return {"picked": len(selection["ids"])}
    return {"filters": sorted(name for name, value in QueryDict(selection.get("query", "")).items() if value)}
