"""Tasks as rows of a file."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from crm.common.lists.exporting import Export, ExportColumn

_OWN: Final = ("what", "notes", "due_on", "due_time", "priority", "repeat")
EXPORT: Final = Export(
    name="tasks",
    title=_("Tasks"),
    first="task_id",
    columns=(
        ExportColumn("task_id", "id"),
        *(ExportColumn(name, name) for name in _OWN),
        ExportColumn("whose", "assignee__email"),
        ExportColumn("team", "team__key"),
        ExportColumn("customer_id", "customer_id"),
        ExportColumn("customer", "customer__name"),
        ExportColumn("by", "created_by__email"),
        ExportColumn("made", "created_at"),
        ExportColumn("snoozed_until", "snoozed_until"),
        ExportColumn("done", "done_at"),
        ExportColumn("done_by", "done_by__email"),
    ),
    shown_as={"due": ("due_on", "due_time"), "customer": ("customer_id", "customer"), "whose": ("whose", "team")},
)
