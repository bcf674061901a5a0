"""The files of a customer as a list."""

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _

from crm.common.cells import link, or_dash, together, url_of
from crm.common.tables import Column, Empty, Table
from crm.common.templatetags.figures import ago
from crm.common.templatetags.look import icon
from customers.interactions.note_entries import symbol_of
from customers.models import Attachment


def _name(row: Attachment) -> object:
    return link(url_of("customers:file", row.pk), together(icon(symbol_of(row.content_type)), row.name))


FILES = Table[Attachment, bool](
    key="interactions.files",
    caption=_("Files"),
    columns=lambda may_delete: (
        Column(key="name", title=_("Name"), cell=_name),
        Column(key="size", title=_("Size"), cell=lambda row: filesizeformat(row.size), align="end"),
        Column(key="by", title=_("Added by"), cell=lambda row: or_dash(row.added_by)),
        Column(key="at", title=_("Added"), cell=lambda row: ago(row.added_at)),
        *(
            (
                Column[Attachment](
                    key="delete", title=_("Actions"), spoken=True, align="end",
                    cell=lambda row: link(url_of("customers:delete_file", row.pk), _("Delete")),
                ),
            )
            if may_delete
            else ()
        ),
    ),
    empty=Empty(text=_("No files yet.")),
)  # fmt: skip
