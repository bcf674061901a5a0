"""The register of other changes: what may explain a change of figures instead of the programme."""

from django.db import transaction
from django.utils.translation import gettext as _

from crm.common.errors import DomainError
from crm.common.versions import lock_as_seen
from metrics.models import OtherChange


class EndsBeforeItBegins(DomainError):
    """A change whose last day lies before its first."""


def record_other_change(*, change: OtherChange, seen: str | None = None) -> OtherChange:
    """Enter or correct what may explain a change of figures instead of the programme.

    Raises EndsBeforeItBegins, ChangedMeanwhile unless it is as `seen`.
    """
    if change.happened_to and change.happened_to < change.happened_from:
        raise EndsBeforeItBegins(_("The last day lies before the first."))
    with transaction.atomic():
        lock_as_seen(change, seen)
        change.save()
    return change


def withdraw_other_change(*, change: OtherChange) -> None:
    change.delete()
