"""Which tables leave a row of the audit at every change, and what in those rows is somebody's own.

Database triggers write the rows, so they see pages, imports and SQL alike. Events of an update or a deletion keep the
row as it was before: with the row of today they are all versions.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import pghistory
import pgtrigger
from django.apps import apps
from django.db import models
from pghistory.models import Event

from crm.common.audit.acting import BULK

M = TypeVar("M", bound=type[models.Model])
UNLESS_IN_BULK: Final = pgtrigger.Condition(f"coalesce(current_setting('{BULK}', true), '') = ''")
SAYING: Final = (models.CharField, models.TextField, models.DateField, models.JSONField)
"""Fields in which something can be said of a person."""


@dataclass(frozen=True)
class OfCustomers:
    """Events of rows that belong to a customer. `column`: of the event table; `keeps`: fields that tell nothing."""

    column: str
    keeps: frozenset[str]


_of_customers: dict[type[models.Model], OfCustomers] = {}


def tracked(
    *,
    insert: bool = True,
    in_bulk: bool = True,
    update: bool = True,
    delete: bool = True,
    fields: Iterable[str] = (),
    exclude: Iterable[str] = (),
    customer: str = "",
    keeps: Iterable[str] = (),
) -> Callable[[M], M]:
    """A model whose changes are kept in `<Model>Event`, one statement for all rows that a statement has changed.

    `in_bulk`: False where the facts of an import are too many to note one by one; the import is their record.
    `fields` or `exclude` say which columns count. `customer`: the column of the event that says whose row it is;
    what such events say of a person can be blanked (`crm.common.audit.forgetting`): all texts, dates and JSON but
    what has choices or is named in `keeps`.
    """
    trackers = [
        *([pghistory.InsertEvent(condition=None if in_bulk else UNLESS_IN_BULK)] if insert else []),
        *([pghistory.UpdateEvent(row=pghistory.Old)] if update else []),
        *([pghistory.DeleteEvent()] if delete else []),
    ]

    def track(model: M) -> M:
        columns: dict[str, Any] = {"fields": list(fields) or None, "exclude": list(exclude) or None}
        name = f"{model.__name__}Event"
        pghistory.track(*trackers, **columns, model_name=name, level=pgtrigger.Statement)(model)
        if customer:
            _of_customers[model.pgh_event_model] = OfCustomers(customer, frozenset(keeps))  # type: ignore[attr-defined]
        return model

    return track


def event_models() -> list[type[models.Model]]:
    """Of all apps, whoever declared them."""
    return [model for model in apps.get_models() if issubclass(model, Event)]


def of_customers() -> dict[type[models.Model], OfCustomers]:
    return dict(_of_customers)


def personal_fields(event: type[models.Model]) -> list["models.Field[Any, Any]"]:
    """The fields of an event of a customer's rows that may say something of a person."""
    keeps = _of_customers[event].keeps
    return [field for field in event._meta.concrete_fields if _is_personal(field) and field.name not in keeps]  # noqa: SLF001 (Django's documented name)


def _is_personal(field: "models.Field[Any, Any]") -> bool:
    says = isinstance(field, SAYING) and not isinstance(field, models.DateTimeField)
    return says and not field.choices and not field.name.startswith("pgh_")
