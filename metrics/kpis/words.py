"""Figures of a KPI in words. Sums are shown as an average month, so that windows compare."""

from collections.abc import Mapping
from decimal import Decimal

from babel.numbers import format_currency
from django.conf import settings
from django.utils.translation import get_language, gettext, to_locale

from crm.common.charts import Format
from crm.common.company.current import company
from crm.common.templatetags.figures import NO_DATA, measure, money_round, number, percent, points, signed
from crm.common.templatetags.figures import duration as duration_text
from metrics.engine.base import Kpi
from metrics.kpis.catalogue import CATALOGUE
from metrics.models.goals import Scoped

RATIO_SHAPES = frozenset({"mean", "sum"})


def is_percent(kpi: Kpi) -> bool:
    """Shares, and ratios of two amounts of money; a ratio that is a mean (contacts an issue) is a plain number."""
    return kpi.unit == "share" or kpi.shape == "ratio"


def kpi_value(value: Decimal | float | None, kpi: Kpi) -> str:
    """A figure with its unit; for sums, already an average month, it says so."""
    text = _figure(value, kpi)
    if kpi.shape != "sum" or value is None:
        return text
    return gettext("%(figure)s a month") % {"figure": text}


def kpi_total(value: Decimal | float | None, kpi: Kpi) -> str:
    """A figure with its unit, sums as they are: of one period of a series."""
    return _figure(value, kpi)


def _figure(value: Decimal | float | None, kpi: Kpi) -> str:
    if value is None:
        return NO_DATA
    if kpi.unit == "money":
        return money_round(value)
    if is_percent(kpi):
        return percent(value)
    if kpi.unit == "ratio":
        return number(value, 2)
    if kpi.unit == "score":
        return number(value, 1)
    return measure(round(Decimal(value), 4), kpi.unit)


def kpi_change(change: float | None, kpi: Kpi) -> str:
    """Now against before: per cent of the baseline for means and sums, percentage points for shares, else points."""
    if change is None:
        return NO_DATA
    if kpi.shape in RATIO_SHAPES:
        return _signed_percent(round(change - 1, 3))
    if is_percent(kpi):
        return points(round(change, 3))
    if kpi.unit == "seconds":
        return ("+" if change > 0 else "") + duration_text(change)
    return signed(round(change, 1), 1)


def _signed_percent(share: float) -> str:
    sign = "+" if share > 0 else "−" if share < 0 else "±"
    return sign + percent(abs(share))


def p_value(p: float | None) -> str:
    """Three digits; below a thousandth just that."""
    if p is None:
        return NO_DATA
    return "< 0.001" if p < 0.001 else number(p, 3)


def kpi_interval(low: float | None, high: float | None, kpi: Kpi) -> str:
    """The 95 % interval of a change; empty where nothing was tested."""
    if low is None or high is None:
        return ""
    return gettext("%(low)s to %(high)s") % {"low": kpi_change(low, kpi), "high": kpi_change(high, kpi)}


def money_exact(value: Decimal | None) -> str:
    """With as many decimals as it has, for the value of a single unit."""
    if value is None:
        return NO_DATA
    locale = to_locale(get_language() or settings.LANGUAGE_CODE)
    return format_currency(value, company().currency, format="¤#,##0.00####", currency_digits=False, locale=locale)


def scope_words(row: Scoped) -> str:
    """The part of the company that a baseline, target, change or verdict speaks of."""
    parts = [row.team.name if row.team else gettext("whole company")]
    parts += [str(row.get_channel_display())] if row.channel else []
    return " · ".join([*parts, *([row.tier.name] if row.tier else [])])


def chart_format(kpi: Kpi) -> Format:
    if is_percent(kpi):
        return "percent"
    formats: Mapping[str, Format] = {"seconds": "duration", "money": "money"}
    return formats.get(kpi.unit, "number")


def kpi_name(key: str) -> str:
    """The KPI's name in the reader's language; the key itself where the catalogue no longer has it."""
    kpi = CATALOGUE.get(key)
    return str(kpi.name) if kpi else key
