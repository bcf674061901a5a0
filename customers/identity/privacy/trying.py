"""What breaks off is tried a few times; then the request has failed, until an administrator takes it up again."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import structlog
from django.db.models import F
from django.utils.translation import gettext as _

from crm.common import faults, locks
from crm.common.errors import DomainError
from customers.models import PrivacyRequest

log = structlog.get_logger(__name__)

TRIES: Final = 5
FIRST: Final = 1
"""What is noted of a try that has got further: it is the first one there."""


class BrokeOff(DomainError):
    """As often as it is tried by itself."""

    def __init__(self, error: Exception | None = None) -> None:
        words = faults.said(error) if error else ""
        name = type(error).__name__ if error else _("the worker was killed")
        super().__init__(
            _(
                "It broke off %(tries)d times, the last time by: %(error)s. The log says more. An administrator can "
                "try again."
            )
            % {"tries": TRIES, "error": f"{name}: {words}" if words else name}
        )


@contextmanager
def counted(request: PrivacyRequest) -> Iterator[None]:
    """One try, noted before it begins, as it may kill its worker; to wait for others is none. Who gets a step further
    begins anew (`FIRST`). Raises BrokeOff where it was the last.
    """
    if request.attempts >= TRIES:
        raise BrokeOff
    rows = PrivacyRequest.objects.filter(pk=request.pk)
    rows.update(attempts=F("attempts") + 1)
    try:
        yield
    except locks.Busy:
        rows.filter(attempts__gt=0).update(attempts=F("attempts") - 1)
        raise
    except DomainError:
        raise
    except Exception as error:
        if not rows.filter(attempts__gte=TRIES).exists():
            raise
        log.exception("privacy request broke off for the last time", request=request.pk, step=request.step)
        raise BrokeOff(error) from error
