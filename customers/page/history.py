"""Everything that was done to a customer, on one page after the other."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from crm.common.audit.changes import Change
from crm.common.paging import Page
from customers.identity.tables import Imports
from customers.models import Customer, ImportBatch
from customers.page.reading import find_place, read
from customers.registry.history import history_sources
from customers.registry.page import Reader

PAGE_SIZE: Final = 50


@dataclass(frozen=True, kw_only=True)
class History:
    """`is_continued`: it is not the newest page."""

    changes: list[Change]
    page: Page[Any]
    is_continued: bool


def history(customer: Customer, reader: Reader, cursor: str = "") -> History:
    """Newest first; one query. A cursor that cannot be read gives the first page."""
    place, sources = find_place(cursor), {one.key: one.rows for one in history_sources(reader)}
    found = read(sources, customer, reader, place, limit=PAGE_SIZE + 1)
    shown = found[:PAGE_SIZE]
    changes = [sources[at.source].change(happened, reader) for at, happened in shown]
    following = shown[-1][0].cursor if len(found) > PAGE_SIZE else ""
    page: Page[Any] = Page(rows=changes, next_cursor=following, previous_cursor="")
    return History(changes=changes, page=page, is_continued=place is not None)


def imports_of(found: Iterable[Change], reader: Reader) -> Imports:
    """The files that brought changes; one query, where there are any."""
    batches = {change.batch for change in found if change.batch is not None}
    named = ImportBatch.objects.filter(pk__in=batches).values_list("pk", "filename") if batches else ()
    return Imports(files=dict(named), may_open=reader.has_perm("customers.import_data"))
