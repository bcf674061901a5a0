"""Where Celery finds the tasks of the kit's rooms."""

from crm.common.limits.tasks import prune_counts
from crm.common.outbox.tasks import forget_texts, send, send_due

__all__ = ["forget_texts", "prune_counts", "send", "send_due"]
