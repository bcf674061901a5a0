"""`{% load kpi_figures %}`: the words of `metrics.kpis.words` as filters, and what is to be said of all figures."""

from collections.abc import Iterable
from typing import Any

from django import template

from metrics.engine import shown
from metrics.engine.base import Kpi
from metrics.kpis import words
from metrics.kpis.catalogue import MAIN

register = template.Library()
for _words in (words.kpi_value, words.kpi_total, words.kpi_change, words.p_value, words.money_exact, words.scope_words):
    register.filter(_words)
register.simple_tag(words.kpi_interval)


@register.inclusion_tag("metrics/pages/being_recomputed.html")
def being_recomputed(*kpis: Kpi) -> dict[str, Any]:
    """Whether figures of these KPIs (none given: of all) are shown by the rules before, or are not whole yet."""
    asked: Iterable[Kpi] = kpis or MAIN
    return {"notes": shown.notes(asked)}
