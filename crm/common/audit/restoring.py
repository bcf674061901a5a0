"""Put a deleted row back from what the audit kept of it."""

from datetime import datetime
from typing import Any, TypeVar

from django.db import models
from django.utils.translation import gettext as _

from crm.common.errors import DomainError

M = TypeVar("M", bound=models.Model)


class NothingToPutBack(DomainError):
    """There is no such deletion within that time, the row is there again, or what it belonged to is gone."""

    def __init__(self) -> None:
        super().__init__(_("This can no longer be put back."))


def deletions(model: type[M], *, since: datetime) -> models.QuerySet[Any]:
    """The events of rows of a tracked model that were deleted `since` then and are not there; the last one first."""
    events = model.pgh_event_model._default_manager.filter(pgh_label="delete", pgh_created_at__gte=since)  # type: ignore[attr-defined] # noqa: SLF001 (Django's documented name)
    there = model._base_manager.filter(pk=models.OuterRef("pgh_obj_id"))  # noqa: SLF001
    return events.exclude(models.Exists(there)).order_by("-pgh_created_at", "-pgh_id")  # type: ignore[no-any-return]


def as_it_was(model: type[M], event: Any) -> M:
    """The row, not saved yet; save it with `force_insert`. What is not tracked begins anew."""
    kept = {field.attname for field in event._meta.concrete_fields}  # noqa: SLF001
    names = [field.attname for field in model._meta.concrete_fields if field.attname in kept]  # noqa: SLF001
    return model(**{name: getattr(event, name) for name in names})
