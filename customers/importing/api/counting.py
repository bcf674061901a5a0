"""How often a token may come: counted in Redis for all processes, and in this one for when Redis is away."""

import time
from dataclasses import dataclass
from threading import Lock
from typing import ClassVar

from django.conf import settings
from django.core.cache import cache

from crm.common.cache import Rest
from crm.common.limits.rates import Rate

WINDOW_S = 10
"""The rate of a minute is held in steps, so that who has used it up waits for seconds."""


@dataclass
class Window:
    """The uses of one token that this process has seen since `began` (a number of windows)."""

    began: int
    uses: int = 0


class Seen:
    lock: ClassVar[Lock] = Lock()
    windows: ClassVar[dict[int, Window]] = {}


def take(token_id: int) -> int:
    """Count one request; 0, or in how many seconds the next is let in where this one is not.

    While Redis is away each process lets in as many as the rate allows: that is the bound then.
    """
    rate: Rate = settings.CRM_LIMITS["api"]
    span = min(WINDOW_S, rate.window.total_seconds())
    most = max(1, round(rate.uses * span / rate.window.total_seconds()))
    now = time.time()
    window = int(now // span)
    if _here(token_id, window) <= most and _everywhere(token_id, window, span) <= most:
        return 0
    return max(1, round((window + 1) * span - now + 0.5))


def _here(token_id: int, window: int) -> int:
    with Seen.lock:
        seen = Seen.windows.get(token_id)
        if seen is None or seen.began != window:
            seen = Seen.windows[token_id] = Window(window)
        seen.uses += 1
        return seen.uses


def _everywhere(token_id: int, window: int, span: float) -> int:
    """0 where Redis does not answer."""
    if Rest.on():
        return 0
    key = f"api:{token_id}:{window}"
    if cache.add(key, 1, timeout=int(2 * span) + 1) and not Rest.on():
        return 1
    try:
        return int(cache.incr(key))
    except ValueError:  # it went between the two
        return 0
