"""The lists of the import pages."""

from collections.abc import Sequence

from django.db.models import QuerySet
from django.urls import reverse_lazy
from django.utils.formats import date_format
from django.utils.text import Truncator
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.list_fields import person_field
from crm.common.cells import dimmed, link, or_dash, strong, together, url_of
from crm.common.kinds import import_kinds
from crm.common.lists.fields import Field
from crm.common.lists.options import Asking, Fixed, Rows
from crm.common.lists.pages import ListPage, View
from crm.common.tables import Column, Empty, Table
from crm.common.templatetags.figures import ago, number
from crm.common.templatetags.look import status_badge
from customers.importing.progress import LOOK
from customers.models import ImportBatch, ImportReject, ParkedRow, SourceSystem


def _file(batch: ImportBatch) -> object:
    tried = dimmed(gettext("tried only")) if batch.dry_run else ""
    return together(link(url_of("customers:import_detail", batch.pk), batch.filename), tried)


def _state(batch: ImportBatch) -> object:
    return status_badge(batch.get_state_display(), *LOOK[ImportBatch.State(batch.state)])


def _when(batch: ImportBatch) -> object:
    return together(ago(batch.created_at), dimmed(batch.created_by) if batch.created_by else "")


def _by(batch: ImportBatch) -> str:
    return f"{date_format(localtime(batch.created_at), 'DATETIME_FORMAT')} {batch.created_by or ''}"


IMPORTS = Table[ImportBatch, None](
    key="importing.imports",
    caption=_("Imports"),
    columns=(
        Column(
            key="file",
            title=_("File"),
            cell=_file,
            whole=lambda batch: batch.filename,
            sort="file",
            order_by="filename",
            share=18,
        ),
        Column(key="source", title=_("Source"), cell=lambda batch: batch.system, share=12, narrow=13),
        Column(key="kind", title=_("What it holds"), cell=lambda batch: batch.get_kind_display(), share=17),
        Column(key="state", title=_("State"), cell=_state, whole=lambda batch: batch.get_state_display(), share=12),
        Column(
            key="rows",
            title=_("Rows"),
            cell=lambda batch: number(batch.rows),
            align="end",
            share=9,
            narrow=10,
            sort="rows",
        ),
        Column(
            key="created",
            title=_("Created"),
            cell=lambda batch: number(batch.created),
            align="end",
            share=8,
            shown="wide",
        ),
        Column(
            key="updated",
            title=_("Updated"),
            cell=lambda batch: number(batch.updated),
            align="end",
            share=8,
            shown="wide",
        ),
        Column(
            key="waiting", title=_("Waiting"), cell=lambda batch: number(batch.parked), align="end", share=8, narrow=9
        ),
        Column(
            key="rejected",
            title=_("Rejected"),
            cell=lambda batch: number(batch.rejected),
            align="end",
            share=10,
            narrow=12,
            sort="rejected",
        ),
        Column(key="when", title=_("When"), cell=_when, whole=_by, sort="when", order_by="pk", share=15, narrow=18),
    ),
    cut=True,
    empty=Empty(
        title=_("Nothing imported yet"),
        text=_(
            "Bring in what your departments have: customers first, then orders, invoices, payments, contacts. "
            "The same file twice changes nothing."
        ),
        icon="file-import",
        action=_("Import a file"),
        action_url=reverse_lazy("customers:import_new"),
    ),
)


def _systems(_asking: Asking) -> QuerySet[SourceSystem]:
    return SourceSystem.objects.order_by("name", "id")


IMPORT_LIST = ListPage(
    table=IMPORTS,
    url_name="customers:imports",
    permission="customers.import_data",
    sort="-when",
    fields=(
        Field(key="file", label=_("File"), kind="text", path="filename", only=("contains", "lacks", "is")),
        Field(
            key="source", label=_("Source"), kind="choice", path="system", is_id=True, only=("is", "is_not"),
            options=Rows(rows=_systems, search="name"),
        ),
        Field(
            key="kind", label=_("What it holds"), kind="choice", path="kind", only=("is", "is_not"),
            options=Fixed(choices=import_kinds),
        ),
        Field(
            key="state", label=_("State"), kind="choice", path="state", only=("is", "is_not"),
            options=Fixed(choices=ImportBatch.State.choices),
        ),
        Field(key="rejected", label=_("Rejected"), kind="number", path="rejected"),
        Field(
            key="created", label=_("When"), kind="date", path="created_at", is_moment=True,
            only=("within", "older", "from", "before"),
        ),
        person_field(key="by", label=_("By"), path="created_by"),
    ),
    views=(
        View(key="all", name=_("All imports")),
        View(key="mine", name=_("Mine"), conditions={"all": [{"field": "by", "op": "is", "value": ["me"]}]}),
        View(
            key="rejected",
            name=_("With rejected rows"),
            conditions={"all": [{"field": "rejected", "op": "some", "value": ""}]},
        ),
    ),
)  # fmt: skip

NO_IMPORT_FITS = Empty(
    title=_("No import fits"),
    text=_("None fits the filters. Try fewer of them."),
    icon="file-search",
    action=_("Clear filters"),
    action_url="?view=all",
)


def _waits_for(row: ParkedRow) -> object:
    system = row.waits_for_system
    of = gettext("of %(source)s") % {"source": system} if system else ""
    return together(row.get_waits_for_kind_display(), strong(row.waits_for_id), of)


def _came_in(row: ParkedRow) -> object:
    return link(url_of("customers:import_detail", row.batch.pk), row.batch.filename) if row.batch else None


PARKED = Table[ParkedRow, None](
    key="importing.parked",
    caption=_("Waiting rows"),
    columns=(
        Column(key="row", title=_("Row"), cell=lambda row: f"{row.get_kind_display()} {row.external_id}"),
        Column(key="source", title=_("Source"), cell=lambda row: row.system),
        Column(key="waits_for", title=_("Waits for"), cell=_waits_for),
        Column(key="file", title=_("File"), cell=_came_in),
        Column(key="since", title=_("Since"), cell=lambda row: ago(row.parked_at)),
    ),
    empty=Empty(
        title=_("Nothing waits"),
        text=_("Every row that was imported has found what it refers to."),
        icon="circle-check",
    ),
)

REJECTS = Table[ImportReject, None](
    key="importing.rejects",
    caption=_("Rejected rows"),
    columns=(
        Column(key="line", title=_("Line"), cell=lambda reject: number(reject.line), align="end", width="fit"),
        Column(key="column", title=_("Column"), cell=lambda reject: or_dash(reject.column)),
        Column(key="reason", title=_("Why"), cell=lambda reject: reject.reason),
    ),
)


def _preview(headers: Sequence[str]) -> tuple[Column[Sequence[str]], ...]:
    return tuple(_preview_column(header, at) for at, header in enumerate(headers))


def _preview_column(header: str, at: int) -> Column[Sequence[str]]:
    return Column(
        key=str(at), title=header, cell=lambda row: Truncator(row[at]).chars(60) if at < len(row) else "", width="fit"
    )


PREVIEW = Table[Sequence[str], Sequence[str]](
    key="importing.preview", caption=_("The first rows"), columns=_preview, stacked=False, dense=True
)
