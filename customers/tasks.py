"""The jobs of all rooms, where the worker looks for them."""

from customers.identity.hygiene.tasks import recount_hygiene, refresh_hygiene
from customers.identity.privacy.tasks import delete_person_exports, resume_privacy, run_privacy
from customers.identity.reviewing.tasks import (
    look_at_changes,
    look_every_night,
    resume_matching,
    run_match,
)
from customers.identity.tasks import settle_trust, take_apart, tell_followers
from customers.importing.feeds.tasks import read_due, read_feed
from customers.importing.tasks import resume_imports, run_import
from customers.interactions.tasks import delete_files, follow_points, recount_contacts
from customers.interactions.to_do.tasks import remind_of_tasks, send_digests
from customers.page.bulk.tasks import delete_exports, resume_bulk, run_bulk
from customers.tiers.tasks import follow_tiers, retier_everyone
from customers.trade.tasks import refresh_figures
from customers.zone_tasks import resume_zone_change

__all__ = [
    "delete_exports",
    "delete_files",
    "delete_person_exports",
    "follow_points",
    "follow_tiers",
    "look_at_changes",
    "look_every_night",
    "read_due",
    "read_feed",
    "recount_contacts",
    "recount_hygiene",
    "refresh_figures",
    "refresh_hygiene",
    "remind_of_tasks",
    "resume_bulk",
    "resume_imports",
    "resume_matching",
    "resume_privacy",
    "resume_zone_change",
    "retier_everyone",
    "run_bulk",
    "run_import",
    "run_match",
    "run_privacy",
    "send_digests",
    "settle_trust",
    "take_apart",
    "tell_followers",
]
