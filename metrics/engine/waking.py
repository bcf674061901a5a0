"""Recompute soon after facts changed, but not once for each of a hundred changes."""

from django.core.cache import cache

from crm.common.jobs import wake
from metrics.engine.tasks import recompute

SOON_S = 5


def wake_recompute() -> None:
    """Ask for a recompute in a few seconds, unless one asked for earlier is still to start: it will see this."""
    if cache.add("metrics:recompute-asked", True, timeout=SOON_S):
        wake(recompute, in_s=SOON_S)
