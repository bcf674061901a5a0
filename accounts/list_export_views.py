"""What the exports of lists share: the file of what a list shows, and the row in the audit log."""

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from accounts.access import signed_in
from accounts.domain.views import state_of
from crm.common.audit.recording import record
from crm.common.csv_files import csv_download
from crm.common.lists.conditions import each
from crm.common.lists.exporting import SHEET_UP_TO, STREAMED_UP_TO, Export, rows
from crm.common.lists.pages import ListPage
from crm.common.lists.state import State
from crm.common.templatetags.figures import number
from crm.common.xlsx_files import xlsx_download


def export_list(
    request: HttpRequest,
    page: ListPage,
    export: Export,
    found_by: Callable[[State], QuerySet[Any]],
    *,
    in_order: Callable[[State], State] = lambda state: state,
    job: str = "",
) -> HttpResponseBase:
    """What the list shows, on whatever page, in its order: `columns` (keys with commas between) say what of it,
    `format=xlsx` as what. Where that are too many, to the bulk action `job`; without one back to the list, which says
    so.
    """
    state = in_order(state_of(page, signed_in(request), request.GET))
    found = found_by(state)
    kind = request.GET.get("format", "csv")
    most = SHEET_UP_TO if kind == "xlsx" else STREAMED_UP_TO
    count = found.order_by()[: most + 1].count()
    if count > most and job:
        return left_to(job, state, kind=kind, columns=request.GET.get("columns", ""))
    if count > most:
        messages.error(request, _too_many(kind, most))
        return HttpResponseRedirect(f"{reverse(page.url_name)}{state.query()}")
    record_export(request, export, state, count=count)
    columns = export.chosen(request.GET.get("columns", "").split(","))
    return download(rows(found, columns, order=state.order), export, kind=kind)


def left_to(job: str, state: State, *, kind: str, columns: str) -> HttpResponseRedirect:
    """The bulk action of the list that writes a file, which asks before it begins."""
    asked = {"action": job, "query": state.query().removeprefix("?"), "format": kind, "columns": columns}
    return HttpResponseRedirect(f"{reverse(state.page.bulk_url_name)}?{urlencode({**asked, 'sort': state.sort})}")


def _too_many(kind: str, most: int) -> str:
    if kind == "xlsx":
        words = _(
            "A spreadsheet takes at most %(limit)s rows, and these are more: narrow the list, or take a CSV file."
        )
    else:
        words = _("A file takes at most %(limit)s rows, and these are more: narrow the list first.")
    return words % {"limit": number(most)}


def record_export(request: HttpRequest, export: Export, state: State, *, count: int) -> None:
    used = {one.field.key for one in each(state.conditions) if one.field} | ({"q"} if state.search else set())
    record(what=f"{export.name}.export", by=request.user, count=count, details={"filters": sorted(used)})


def download(lines: Iterable[Iterable[object]], export: Export, *, kind: str) -> HttpResponseBase:
    if kind == "xlsx":
        return xlsx_download(lines, title=str(export.title), filename=f"{export.name}.xlsx")
    return csv_download(lines, filename=f"{export.name}.csv")
