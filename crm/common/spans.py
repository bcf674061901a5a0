"""How far something is away, in words: as Django's `timesince` to one unit, kept by unit, number and language.

The words are our own: Django's Chinese for "1 month ago" reads "before January".
"""

import datetime as dt
from functools import lru_cache

from django.utils.html import avoid_wrapping
from django.utils.translation import get_language, gettext, ngettext_lazy

_WORDS = {
    "year": ngettext_lazy("%(num)d year", "%(num)d years", "num"),
    "month": ngettext_lazy("%(num)d month", "%(num)d months", "num"),
    "week": ngettext_lazy("%(num)d week", "%(num)d weeks", "num"),
    "day": ngettext_lazy("%(num)d day", "%(num)d days", "num"),
    "hour": ngettext_lazy("%(num)d hour", "%(num)d hours", "num"),
    "minute": ngettext_lazy("%(num)d minute", "%(num)d minutes", "num"),
}
_UNITS = (("week", 604_800), ("day", 86_400), ("hour", 3_600), ("minute", 60))


def relative(moment: dt.datetime, now: dt.datetime) -> str:
    """`3 days ago`, `in 2 months`; both in one time zone."""
    if moment < now:
        return _ago(*largest(moment, now), get_language())
    return _ahead(*largest(now, moment), get_language())


def largest(earlier: dt.datetime, later: dt.datetime) -> tuple[str, int]:
    """The largest unit that fits between them, and how often. Months and years are the calendar's."""
    months = (later.year - earlier.year) * 12 + later.month - earlier.month
    if months and (earlier.day, earlier.time()) > (later.day, later.time()):
        months -= 1
    if months:
        return ("year", months // 12) if months >= 12 else ("month", months)
    passed = later - earlier
    seconds = passed.days * 86_400 + passed.seconds
    return next(((unit, seconds // length) for unit, length in _UNITS if seconds >= length), ("minute", 0))


def words(unit: str, count: int) -> str:
    return avoid_wrapping(str(_WORDS[unit] % {"num": count}))


@lru_cache(maxsize=2_000)
def _ago(unit: str, count: int, language: str | None) -> str:  # the language is part of the key
    return gettext("%(span)s ago") % {"span": words(unit, count)}


@lru_cache(maxsize=2_000)
def _ahead(unit: str, count: int, language: str | None) -> str:
    return gettext("in %(span)s") % {"span": words(unit, count)}
