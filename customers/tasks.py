"""The jobs of all rooms, where the worker looks for them, and those of no single room."""

import structlog
from celery import shared_task

from customers import time_zone
from customers.identity.tasks import settle_trust, tell_followers
from customers.importing.tasks import resume_imports, run_import
from customers.interactions.tasks import delete_files, follow_points, recount_contacts
from customers.interactions.to_do.tasks import remind_of_tasks, send_digests
from customers.page.bulk.tasks import delete_exports, resume_bulk, run_bulk
from customers.tiers.tasks import follow_tiers, retier_everyone
from customers.trade.tasks import refresh_figures

__all__ = [
    "delete_exports",
    "delete_files",
    "follow_points",
    "follow_tiers",
    "recount_contacts",
    "refresh_figures",
    "remind_of_tasks",
    "resume_bulk",
    "resume_imports",
    "resume_zone_change",
    "retier_everyone",
    "run_bulk",
    "run_import",
    "send_digests",
    "settle_trust",
    "tell_followers",
]

log = structlog.get_logger(__name__)


@shared_task
def resume_zone_change(**_: object) -> None:
    """The sweeper: go on with a change of zone whose process died."""
    try:
        moved = time_zone.resume_zone_change()
    except time_zone.ZoneChangeUnderWay:
        return
    if moved:
        log.info("days cut anew", rows=moved)
