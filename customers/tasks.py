"""Celery tasks of the customers app: each takes ids, calls one domain function, and may run twice."""

import logging

from celery import shared_task

from crm.common.errors import DomainError
from customers.importing import batches as imports
from customers.models import ImportBatch
from customers.tiers import tiering

logger = logging.getLogger(__name__)


@shared_task
def run_import(*, batch_id: int, **_: object) -> None:
    """Do what is left of an import; its outcome stands in the batch."""
    batch = ImportBatch.objects.filter(pk=batch_id).first()
    if batch is None:
        return
    try:
        imports.run(batch=batch)
    except imports.Busy:
        logger.info("import %s is in other hands", batch_id)
    except DomainError as error:
        logger.warning("import %s failed: %s", batch_id, error)


@shared_task
def resume_imports(**_: object) -> None:
    """The sweeper: run what lost messages and dead workers left behind."""
    for batch_id in imports.stale():
        run_import(batch_id=batch_id)


@shared_task
def retier_everyone(**_: object) -> None:
    """Nightly: decide the tiers of today."""
    try:
        done = tiering.retier()
    except tiering.NoPolicy:
        logger.warning("no tier policy is published: nobody was put into a tier")
    else:
        logger.info("tiers: %s up, %s down, %s kept", done.upgraded, done.downgraded, done.held)
