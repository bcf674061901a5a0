"""Put many customers into a view that holds rows picked by hand."""

from collections.abc import Sequence

from django.db import connection
from django.utils.translation import gettext as _

from accounts.models import SavedView, SavedViewRow, User
from crm.common.errors import DomainError
from customers.registry.bulk import Changed, Parameters

_ADD = """
INSERT INTO accounts_savedviewrow (view_id, row_id) SELECT %(view)s, id FROM unnest(%(ids)s::bigint[]) AS c (id)
ON CONFLICT (view_id, row_id) DO NOTHING RETURNING row_id, id
"""


class NoSuchView(DomainError):
    """Somebody has deleted the view."""

    def __init__(self) -> None:
        super().__init__(_("This view is no longer there."))


def in_words(parameters: Parameters) -> str:
    return str(SavedView.objects.filter(pk=parameters["view"]).first() or "")


def pick(ids: Sequence[int], parameters: Parameters, _by: User) -> list[Changed]:
    """`after` is the row that says so. Raises NoSuchView."""
    if not SavedView.objects.select_for_update(no_key=True).filter(pk=parameters["view"], is_picked=True).exists():
        raise NoSuchView
    with connection.cursor() as cursor:
        cursor.execute(_ADD, {"view": parameters["view"], "ids": list(ids)})
        return [Changed(row_id=pk, before=None, after=row) for pk, row in cursor.fetchall()]


def take_back_picked(parameters: Parameters, changes: Sequence[Changed], _by: User) -> set[int]:
    rows = SavedViewRow.objects.select_for_update().filter(
        view=parameters["view"], pk__in=[each.after for each in changes]
    )
    found = dict(rows.values_list("pk", "row_id"))
    SavedViewRow.objects.filter(pk__in=found).delete()
    return set(found.values())
