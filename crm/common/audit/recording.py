"""Leave a row in the audit log."""

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from crm.common.audit.models import AuditEntry


def record(
    *,
    what: str,
    by: AbstractBaseUser | AnonymousUser | None,
    count: int | None = None,
    details: Mapping[str, Any] | None = None,
) -> AuditEntry:
    """Note that `by` did `what` ("customers.export") to `count` things, before it is done.

    `details` holds keys, numbers and names of filters, never what somebody searched for or what was found: the row
    stays when a person is erased.
    """
    return AuditEntry.objects.create(
        at=timezone.now(), user_id=by.pk if by else None, what=what, count=count, details=dict(details or {})
    )
