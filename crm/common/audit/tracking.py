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
NOT_IN_BULK: Final = f"coalesce(current_setting('{BULK}', true), '') = ''"
UNLESS_IN_BULK: Final = pgtrigger.Condition(NOT_IN_BULK)
SAYING: Final = (models.CharField, models.TextField, models.DateField, models.JSONField)
"""Fields in which something can be said of a person."""


@dataclass(frozen=True)
class OfCustomers:
    """Events of rows that belong to a customer. `column`: of the event table; `keeps`: fields that tell nothing.

    `contact`: the column that says which person there it is about, where there is one.
    """

    column: str
    keeps: frozenset[str]
    contact: str = ""


_of_customers: dict[type[models.Model], OfCustomers] = {}


def tracked(  # noqa: PLR0913 - what a table's audit may be made of
    *,
    insert: bool = True,
    in_bulk: bool = True,
    update: bool = True,
    delete: bool = True,
    fields: Iterable[str] = (),
    exclude: Iterable[str] = (),
    edited: Iterable[str] = (),
    customer: str = "",
    contact: str = "",
    keeps: Iterable[str] = (),
) -> Callable[[M], M]:
    """A model whose changes are kept in `<Model>Event`, one statement for all rows that a statement has changed.

    `in_bulk`: False where the facts of an import are too many to note one by one; the import is their record.
    `edited`: columns whose change by hand is kept as "edit" where `update` is too much: the trigger is asked only by
    statements that set one of them. `fields` or `exclude` say which columns count. `customer`: the column of the event
    that says whose row it is, `contact` the one that says which person there; what such events say of a person can be
    blanked (`crm.common.audit.forgetting`): all texts, dates and JSON but what has choices or is named in `keeps`.
    """
    trackers = [
        *([pghistory.InsertEvent(condition=None if in_bulk else UNLESS_IN_BULK)] if insert else []),
        *([pghistory.UpdateEvent(row=pghistory.Old)] if update else []),
        *([pghistory.DeleteEvent()] if delete else []),
        *([_by_hand(tuple(edited))] if edited else []),
    ]

    def track(model: M) -> M:
        columns: dict[str, Any] = {"fields": list(fields) or None, "exclude": list(exclude) or None}
        name = f"{model.__name__}Event"
        pghistory.track(*trackers, **columns, model_name=name, level=pgtrigger.Statement)(model)
        if customer:
            _of_customers[model.pgh_event_model] = OfCustomers(customer, frozenset(keeps), contact)  # type: ignore[attr-defined]
        return model

    return track


def _by_hand(columns: tuple[str, ...]) -> pghistory.Tracker:
    return pghistory.RowEvent(
        "edit",
        operation=pgtrigger.UpdateOf(*columns),  # type: ignore[no-untyped-call]
        condition=pgtrigger.Condition(
            f"{NOT_IN_BULK} AND ({_row('OLD', columns)}) IS DISTINCT FROM ({_row('NEW', columns)})"
        ),
        row=pghistory.Old,
        trigger_name="edit_by_hand",
        level=pgtrigger.Row,
    )


def _row(version: str, columns: tuple[str, ...]) -> str:
    return ", ".join(f"{version}.{column}" for column in columns)


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
