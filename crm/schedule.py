"""What the product does by itself, and when: the jobs that beat asks for."""

from typing import Any, Final

from celery.schedules import crontab

# Those that come every so many seconds are the sweepers: what a lost message forgot is found again from rows. A worker
# runs them as soon as it is ready, too. Written to the database when beat starts.
SCHEDULE: Final[dict[str, dict[str, Any]]] = {
    "resume-imports": {"task": "customers.importing.tasks.resume_imports", "schedule": 60.0},
    "read-feeds": {
        "task": "customers.importing.feeds.tasks.read_due",
        "schedule": 60.0,
        "options": {"expires": 55},
    },
    "delete-expired-files": {
        "task": "customers.importing.tasks.delete_expired",
        "schedule": crontab(hour="3", minute="53"),
    },
    "delete-files": {"task": "customers.interactions.tasks.delete_files", "schedule": crontab(hour="3", minute="57")},
    "tell-followers": {
        "task": "customers.identity.tasks.tell_followers",
        "schedule": 180.0,
        "options": {"expires": 170},
    },
    "recount-contacts": {"task": "customers.interactions.tasks.recount_contacts", "schedule": 60.0},
    "follow-points": {
        "task": "customers.interactions.tasks.follow_points",
        "schedule": 60.0,
        "options": {"expires": 55},
    },
    "settle-trust": {
        "task": "customers.identity.tasks.settle_trust",
        "schedule": 60.0,
        "options": {"expires": 55},
    },
    "take-apart": {
        "task": "customers.identity.tasks.take_apart",
        "schedule": 60.0,
        "options": {"expires": 55},
    },
    "remind-of-tasks": {
        "task": "customers.interactions.to_do.tasks.remind_of_tasks",
        "schedule": 60.0,
        "options": {"expires": 55},
    },
    "send-digests": {
        "task": "customers.interactions.to_do.tasks.send_digests",
        "schedule": 300.0,
        "options": {"expires": 280},
    },
    "resume-bulk": {"task": "customers.page.bulk.tasks.resume_bulk", "schedule": 60.0, "options": {"expires": 55}},
    "resume-matching": {
        "task": "customers.identity.reviewing.tasks.resume_matching",
        "schedule": 60.0,
        "options": {"expires": 55},
    },
    "look-for-duplicates": {
        "task": "customers.identity.reviewing.tasks.look_every_night",
        "schedule": crontab(hour="2", minute="37"),
    },
    "look-at-changes": {
        "task": "customers.identity.reviewing.tasks.look_at_changes",
        "schedule": crontab(minute="23"),
        "options": {"expires": 3000},
    },
    "refresh-hygiene": {
        "task": "customers.identity.hygiene.tasks.refresh_hygiene",
        "schedule": 60.0,
        "options": {"expires": 55},
    },
    "recount-hygiene": {
        "task": "customers.identity.hygiene.tasks.recount_hygiene",
        "schedule": crontab(hour="3", minute="29"),
    },
    "resume-privacy": {
        "task": "customers.identity.privacy.tasks.resume_privacy",
        "schedule": 60.0,
        "options": {"expires": 55},
    },
    "delete-person-exports": {
        "task": "customers.identity.privacy.tasks.delete_person_exports",
        "schedule": crontab(hour="3", minute="57"),
    },
    "delete-exports": {"task": "customers.page.bulk.tasks.delete_exports", "schedule": crontab(hour="3", minute="57")},
    "resume-zone-change": {"task": "customers.zone_tasks.resume_zone_change", "schedule": 60.0},
    "follow-tiers": {"task": "customers.tiers.tasks.follow_tiers", "schedule": 60.0, "options": {"expires": 55}},
    "refresh-figures": {
        "task": "customers.trade.tasks.refresh_figures",
        "schedule": 60.0,
        "options": {"expires": 55},
    },
    "retier": {"task": "customers.tiers.tasks.retier_everyone", "schedule": crontab(hour="2", minute="7")},
    "recompute": {"task": "metrics.engine.tasks.recompute", "schedule": 180.0, "options": {"expires": 170}},
    "evaluate": {"task": "metrics.verdicts.tasks.evaluate", "schedule": 180.0, "options": {"expires": 170}},
    "send-mail": {"task": "crm.common.outbox.tasks.send_due", "schedule": 60.0, "options": {"expires": 55}},
    "forget-mail": {"task": "crm.common.outbox.tasks.forget_texts", "schedule": crontab(hour="3", minute="41")},
    "prune-counts": {"task": "crm.common.limits.tasks.prune_counts", "schedule": 900.0, "options": {"expires": 800}},
    "check-asked-drift": {
        "task": "metrics.goals.tasks.check_asked_drift",
        "schedule": 60.0,
        "options": {"expires": 55},
    },
    "check-drift": {"task": "metrics.goals.tasks.check_drift", "schedule": crontab(hour="4", minute="7")},
    "check-rollups": {"task": "metrics.engine.tasks.check_rollups", "schedule": crontab(hour="3", minute="17")},
}
