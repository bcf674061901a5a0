"""Nobody overwrites what another has saved meanwhile: an editor hands back the version they started from.

A form shows the version of its row as a hidden field (`crm.common.saving.VersionedForm`), the verb that writes locks
the row and refuses when it is another by now.
"""

import json
from collections.abc import Sequence
from decimal import Decimal
from hashlib import md5
from typing import Any, TypeVar

from django.db.models import Field, Model
from django.utils.translation import gettext as _

from crm.common.errors import DomainError

M = TypeVar("M", bound=Model)


class ChangedMeanwhile(DomainError):
    """Someone else has changed or removed the row since it was read; nothing was written."""

    def __init__(self) -> None:
        super().__init__(_("Someone else has changed this meanwhile. Compare, and save again to keep what you typed."))


def version(row: Model | None, fields: Sequence[str] = ()) -> str:
    """A digest of what people edit of `row`: of `fields`, else of all its editable columns. No row: the empty text.

    A field of `fields` that refers to many rows counts with which they are, for one query.
    """
    if row is None:
        return ""
    columns = [row._meta.get_field(name) for name in fields] or _editable(row)  # noqa: SLF001 (Django's documented name)
    values = [_text(column, row) for column in columns]
    return md5(json.dumps(values).encode(), usedforsecurity=False).hexdigest()


def check_seen(current: Model | None, seen: str | None, fields: Sequence[str] = ()) -> None:
    """Raise ChangedMeanwhile unless `current` is the version `seen`; with None nobody has looked, as in an import."""
    if seen is not None and seen != version(current, fields):
        raise ChangedMeanwhile


def lock_as_seen(row: M, seen: str | None, fields: Sequence[str] = ()) -> None:
    """Keep the row of the database as it is until the transaction ends; raises ChangedMeanwhile unless it is `seen`.

    Rows that are still to be made have nothing to lock. Those that refer to the row need not wait for it. What `fields`
    has of other tables is kept only from those who lock the row as well.
    """
    if row.pk is not None:
        model = row._meta.model  # noqa: SLF001 (Django's documented name); of the signed-in user the type is a wrapper's
        rows = model._default_manager.select_for_update(no_key=True)  # noqa: SLF001
        check_seen(rows.filter(pk=row.pk).first(), seen, fields)


def _editable(row: Model) -> list["Field[Any, Any]"]:
    fields = row._meta.concrete_fields  # noqa: SLF001 (Django's documented name)
    return [field for field in fields if field.editable and not field.primary_key]


def _text(field: Any, row: Model) -> Any:
    """The value as it reads once it is stored, in whatever form it was given."""
    if field.many_to_many:
        return sorted(getattr(row, field.name).values_list("pk", flat=True))
    value = field.to_python(getattr(row, field.attname))
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    return value if isinstance(value, list | dict) else "" if value is None else str(value)
