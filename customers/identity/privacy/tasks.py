"""Jobs of privacy: each may run twice."""

import structlog
from celery import shared_task
from django.utils import timezone

from crm.common import jobs, locks
from crm.common.errors import DomainError
from customers.identity.privacy import erasing, exporting
from customers.models import PrivacyRequest

log = structlog.get_logger(__name__)


@shared_task
def run_privacy(*, request_id: int, **_: object) -> None:
    _run(request_id)


@shared_task
def resume_privacy(**_: object) -> None:
    """The sweeper: requests in nobody's hands, as their message was lost or their worker died."""
    for request_id in erasing.unfinished():
        try:
            _run(request_id)
        except Exception:
            log.exception("privacy request broke off", request=request_id)


@shared_task
def delete_person_exports(**_: object) -> None:
    """Nightly: copies that were kept as long as they are."""
    exporting.delete_expired(now=timezone.now())


def _run(request_id: int) -> None:
    request = PrivacyRequest.objects.filter(pk=request_id).first()
    if request is None:
        return
    run = erasing.run if request.what == PrivacyRequest.What.ERASE else exporting.run
    try:
        run(pk=request_id)
    except locks.Busy as error:
        log.info("privacy request has to wait", request=request_id, reason=str(error))
    except DomainError as error:
        log.warning("privacy request failed", request=request_id, reason=str(error))
        PrivacyRequest.objects.filter(pk=request_id, state__in=PrivacyRequest.OPEN).update(
            state=PrivacyRequest.State.FAILED, error=str(error), finished_at=timezone.now()
        )


def queue(request: PrivacyRequest) -> None:
    """Hand it to a worker."""
    jobs.wake(run_privacy, request_id=request.pk)
