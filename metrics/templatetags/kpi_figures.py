"""`{% load kpi_figures %}`: the words of `metrics.kpis.words` as filters."""

from django import template

from metrics.kpis import words

register = template.Library()
for _words in (words.kpi_value, words.kpi_total, words.kpi_change, words.p_value, words.money_exact, words.scope_words):
    register.filter(_words)
register.simple_tag(words.kpi_interval)
