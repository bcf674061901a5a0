"""What lower apps tell the higher ones, without knowing them."""

from collections.abc import Callable

import structlog

log = structlog.get_logger(__name__)

after_facts_changed: list[Callable[[], None]] = []
"""Called after a commit that changed orders, calls, answers or other facts; metrics wakes its recompute here."""


def facts_changed() -> None:
    """Tell everyone. A listener that fails (Redis is down) only delays its work until the next sweep."""
    for listener in after_facts_changed:
        try:
            listener()
        except Exception:
            log.exception("left to the sweeper: a listener of changed facts failed", listener=repr(listener))
