"""Filters that write figures in the reader's language; `{% load figures %}`. None reads as a dash, never as 0."""

import datetime as dt
from decimal import Decimal, InvalidOperation

from babel.numbers import format_currency, format_decimal, format_percent
from django import template
from django.conf import settings
from django.template.defaultfilters import date as format_date
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince, timeuntil
from django.utils.translation import get_language, gettext, to_locale

from crm.common.company.current import company

register = template.Library()

NO_DATA = "–"
NARROW_SPACE = "\u202f"
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


def _pattern(decimals: int, *, suffix: str = "") -> str:
    return "#,##0" + ("." + "0" * decimals if decimals else "") + suffix


@register.filter
def number(value: object, decimals: int = 0) -> str:
    """`{{ 12345.6|number }}` → 12,346; `{{ x|number:1 }}` → one decimal."""
    found = _find_decimal(value)
    return NO_DATA if found is None else format_decimal(found, format=_pattern(decimals), locale=_locale())


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
    return NO_DATA if found is None else format_percent(found, format=_pattern(decimals, suffix="%"), locale=_locale())


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
    return format_currency(found, currency or company().currency, locale=_locale())


@register.filter
def money_round(value: object, currency: str = "") -> str:
    """As `money` without the minor unit, for tiles and dense tables."""
    found = _find_decimal(value)
    if found is None:
        return NO_DATA
    rounded = found.quantize(Decimal(1))
    return format_currency(
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
    if value < 60:
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
    """`3 days ago`, the exact moment on hover and for machines."""
    if value is None:
        return NO_DATA
    if not isinstance(value, dt.datetime):
        return _time_tag(value.isoformat(), format_date(value, "DATE_FORMAT"), _relative_day(value))
    moment = timezone.localtime(value)
    now = timezone.now()
    if abs(now - value) < dt.timedelta(minutes=1):
        words = gettext("just now")
    elif value < now:
        words = gettext("%(span)s ago") % {"span": timesince(value, now, depth=1)}
    else:
        words = gettext("in %(span)s") % {"span": timeuntil(value, now, depth=1)}
    return _time_tag(moment.isoformat(), format_date(moment, "DATETIME_FORMAT"), words)


def _relative_day(day: dt.date) -> str:
    today = timezone.localdate()
    if day == today:
        return gettext("today")
    if day < today:
        return gettext("%(span)s ago") % {"span": timesince(day, today, depth=1)}
    return gettext("in %(span)s") % {"span": timeuntil(day, today, depth=1)}


def _time_tag(machine: str, exact: str, words: str) -> SafeString:
    return format_html('<time datetime="{}" title="{}">{}</time>', machine, exact, words)
