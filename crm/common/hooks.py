"""What lower apps tell the higher ones, without knowing them."""

import logging
from collections.abc import Callable

logger = logging.getLogger(__name__)

after_facts_changed: list[Callable[[], None]] = []
"""Called after a commit that changed orders, calls, answers or other facts; metrics wakes its recompute here."""


def facts_changed() -> None:
    """Tell everyone. A listener that fails (Redis is down) only delays its work until the next sweep."""
    for listener in after_facts_changed:
        try:
            listener()
        except Exception:
            logger.exception("after_facts_changed: %s failed; the sweeper will catch up", listener)
