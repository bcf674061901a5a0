"""Filters that write figures in the reader's language; `{% load figures %}`. None reads as a dash, never as 0.

What Babel and Django make of a figure is kept by figure, form and language: lists write the same ones again and again.
"""

import datetime as dt
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import NamedTuple

from babel.numbers import format_currency, format_decimal, format_percent
from django import template
from django.conf import settings
from django.template.defaultfilters import date as format_date
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, to_locale

from crm.common.company.current import company
from crm.common.escaping import escaped
from crm.common.spans import relative

register = template.Library()

NO_DATA = "–"
NARROW_SPACE = "\u202f"
KEPT = 8_192
_PERCENT_UNITS = frozenset({"%", "percent", "share", "ratio"})
_DURATION_UNITS = frozenset({"s", "seconds", "duration"})
_BARE_UNITS = frozenset({"count", "number", "points", "score"})
_MONEY_UNITS = frozenset({"money", "currency", "amount"})


def _locale() -> str:
    return to_locale(get_language() or settings.LANGUAGE_CODE)


def _find_decimal(value: object) -> Decimal | None:
    if value is None or value == "" or isinstance(value, bool):
        return None
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


_format_decimal = lru_cache(maxsize=KEPT)(format_decimal)
_format_percent = lru_cache(maxsize=KEPT)(format_percent)
_format_currency = lru_cache(maxsize=KEPT)(format_currency)


def _pattern(decimals: int, *, suffix: str = "") -> str:
    return "#,##0" + ("." + "0" * decimals if decimals else "") + suffix


@register.filter
def number(value: object, decimals: int = 0) -> str:
    """`{{ 12345.6|number }}` → 12,346; `{{ x|number:1 }}` → one decimal."""
    found = _find_decimal(value)
    return NO_DATA if found is None else _format_decimal(found, format=_pattern(decimals), locale=_locale())


@register.filter
def signed(value: object, decimals: int = 0) -> str:
    """As `number`, with a plus sign or a real minus sign."""
    found = _find_decimal(value)
    if found is None:
        return NO_DATA
    sign = "+" if found > 0 else "−" if found < 0 else "±"
    return sign + number(abs(found), decimals)


@register.filter
def percent(value: object, decimals: int = 1) -> str:
    """A share: `{{ 0.823|percent }}` → 82.3%."""
    found = _find_decimal(value)
    return NO_DATA if found is None else _format_percent(found, format=_pattern(decimals, suffix="%"), locale=_locale())


@register.filter
def points(value: object, decimals: int = 1) -> str:
    """A difference of two shares in percentage points: `{{ 0.041|points }}` → +4.1 pp."""
    found = _find_decimal(value)
    unit = gettext("pp")
    return NO_DATA if found is None else f"{signed(found * 100, decimals)}{NARROW_SPACE}{unit}"


@register.filter
def money(value: object, currency: str = "") -> str:
    """`{{ amount|money:order.currency }}`; without a currency, the company's."""
    found = _find_decimal(value)
    if found is None:
        return NO_DATA
    return _format_currency(found, currency or company().currency, locale=_locale())


@register.filter
def money_round(value: object, currency: str = "") -> str:
    """As `money` without the minor unit, for tiles and dense tables."""
    found = _find_decimal(value)
    if found is None:
        return NO_DATA
    rounded = found.quantize(Decimal(1))
    return _format_currency(
        rounded, currency or company().currency, format="¤#,##0", currency_digits=False, locale=_locale()
    )


@register.filter
def duration(value: object) -> str:
    """Seconds in the two units that matter: 42.3 s, 3 min 05 s, 2 h 05 min, 3 d 4 h."""
    found = _find_decimal(value)
    if found is None:
        return NO_DATA
    sign = "−" if found < 0 else ""
    return sign + _positive_duration(abs(found))


def _positive_duration(value: Decimal) -> str:
    if round(value, 1) < 60:
        return gettext("%(seconds)s s") % {"seconds": number(value, 0 if value == int(value) else 1)}
    minutes, seconds = divmod(round(value), 60)
    if minutes < 60:
        return gettext("%(minutes)d min %(seconds)02d s") % {"minutes": minutes, "seconds": seconds}
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return gettext("%(hours)d h %(minutes)02d min") % {"hours": hours, "minutes": minutes}
    days, hours = divmod(hours, 24)
    return gettext("%(days)d d %(hours)d h") % {"days": days, "hours": hours}


@register.filter
def measure(value: object, unit: str = "") -> str:
    """A figure by its unit: `%`/`share`, `s`, `money` (or a currency code), else a number with the unit behind it."""
    if unit in _PERCENT_UNITS:
        return percent(value)
    if unit in _DURATION_UNITS:
        return duration(value)
    if unit in _MONEY_UNITS or (len(unit) == 3 and unit.isupper()):
        return money_round(value, unit if unit.isupper() else "")
    found = _find_decimal(value)
    if found is None:
        return NO_DATA
    text = number(found, 0 if found == int(found) or abs(found) >= 1000 else 1)
    return f"{text}{NARROW_SPACE}{unit}" if unit and unit not in _BARE_UNITS else text


@register.filter
def ago(value: dt.datetime | dt.date | None) -> SafeString | str:
    """`3 days ago`, the exact moment on hover, on paper and for machines."""
    if value is None:
        return NO_DATA
    if not isinstance(value, dt.datetime):
        return _day_ago(value)
    return _time_tag(timezone.localtime(value).isoformat(), _locale(), _since(value))


def _since(value: dt.datetime) -> str:
    now = timezone.now()
    return gettext("just now") if abs(now - value) < dt.timedelta(minutes=1) else relative(value, now)


@register.filter
def clock(value: dt.datetime) -> SafeString:
    """The time of day, below a heading that names the day; all of it and how long ago on hover."""
    machine = timezone.localtime(value).isoformat()
    written = _written(machine, _locale())
    return _time(machine, f"{written.exact} · {_since(value)}", written.clock)


@register.filter
def dated(value: dt.datetime | dt.date | None) -> SafeString | str:
    """The day first, how long ago on hover: for tables that are read by date."""
    if value is None:
        return NO_DATA
    if not isinstance(value, dt.datetime):
        return _time(value.isoformat(), _far(value), day(value))
    machine = timezone.localtime(value).isoformat()
    written = _written(machine, _locale())
    return _time(machine, f"{written.exact} · {_since(value)}", written.day)


@register.filter
def day(value: dt.date | None) -> str:
    """A day in full, in the reader's language."""
    return NO_DATA if value is None else _format_day(value, _locale())


def _day_ago(value: dt.date) -> SafeString:
    return _time_tag(value.isoformat(), _locale(), _far(value))


def _far(value: dt.date) -> str:
    today = timezone.localdate()
    return gettext("today") if value == today else relative(_midnight(value), _midnight(today))


def _midnight(value: dt.date) -> dt.datetime:
    return dt.datetime(value.year, value.month, value.day, tzinfo=dt.UTC)


def _time(machine: str, hover: str, words: str) -> SafeString:
    return SafeString(f'<time datetime="{machine}" title="{escaped(hover)}">{escaped(words)}</time>')


def _time_tag(machine: str, locale: str, words: str) -> SafeString:
    return SafeString(f"{_opening(machine, locale)}{escaped(words)}</time>")


@lru_cache(maxsize=KEPT)
def _opening(machine: str, locale: str) -> str:
    """`machine` is ISO 8601, with its offset where it is a moment."""
    exact = _written(machine, locale).exact if "T" in machine else day(dt.date.fromisoformat(machine))
    return f'<time class="ago" datetime="{machine}" title="{escaped(exact)}">'


class _Moment(NamedTuple):
    exact: str
    day: str
    clock: str


@lru_cache(maxsize=KEPT)
def _written(machine: str, locale: str) -> _Moment:
    """Of a moment in ISO 8601 with its offset: all of it, its day, its time of day."""
    local = dt.datetime.fromisoformat(machine)
    exact, clock = (str(format_date(local, form)) for form in ("DATETIME_FORMAT", "TIME_FORMAT"))
    return _Moment(exact, day(local.date()), clock)


@lru_cache(maxsize=KEPT)
def _format_day(value: dt.date, locale: str) -> str:
    return str(format_date(value, "DATE_FORMAT"))
