"""`{% load kpi_figures %}`: the words of `metrics.kpis.words` as filters, and what is to be said of all figures."""

from collections.abc import Iterable
from typing import Any

from django import template

from metrics.engine import shown
from metrics.engine.base import Kpi
from metrics.kpis import words
from metrics.kpis.catalogue import MAIN
from metrics.verdicts.standing import outdated_notes

register = template.Library()
for _words in (words.kpi_value, words.kpi_total, words.kpi_change, words.p_value, words.money_exact, words.scope_words):
    register.filter(_words)
register.simple_tag(words.kpi_interval)


@register.inclusion_tag("metrics/pages/notes.html")
def being_recomputed(*kpis: Kpi) -> dict[str, Any]:
    """Whether figures of these KPIs (none given: of all) are shown by the rules before, or are not whole yet."""
    asked: Iterable[Kpi] = kpis or MAIN
    return {"notes": shown.notes(asked)}


@register.inclusion_tag("metrics/pages/notes.html")
def judged_before(kpis: Iterable[Kpi]) -> dict[str, Any]:
    """That the verdicts shown on these KPIs rest on rules that have changed since."""
    return {"notes": outdated_notes(kpis)}
