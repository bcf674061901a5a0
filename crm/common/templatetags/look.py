"""The components all pages share; `{% load look %}`. `docs/look.md` shows each with an example to copy."""

from collections.abc import Hashable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from django import forms, template
from django.conf import settings
from django.forms import BoundField
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from crm.common.chart_tables import CHART, unit_of
from crm.common.charts import Chart
from crm.common.options_html import Groups, options_html
from crm.common.sparklines import Figure, drawn, layout
from crm.common.table_html import as_html
from crm.common.tables import Filled
from crm.common.templatetags.figures import measure

register = template.Library()

# verdict: words, icon, colour. The words and the icon carry the meaning; the colour only repeats it.
VERDICTS: Mapping[str, tuple[Any, str, str]] = {
    "improved": (_("Improved"), "trending-up", "green"),
    "worse": (_("Worse"), "trending-down", "red"),
    "no_evidence": (_("No evidence of change"), "equal", "secondary"),
    "too_early": (_("Too early to say"), "hourglass", "azure"),
    "no_baseline": (_("No baseline"), "ruler-off", "secondary"),
    "no_data": (_("No data"), "database-off", "secondary"),
    "not_attributable": (_("Not attributable"), "question-mark", "yellow"),
}


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """A Tabler icon by name; decorative unless given a label."""
    return _icon(name, str(label))


@lru_cache(maxsize=1_000)
def _icon(name: str, label: str) -> SafeString:
    if label:
        return format_html('<i class="ti ti-{}" role="img" aria-label="{}"></i>', name, label)
    return format_html('<i class="ti ti-{}" aria-hidden="true"></i>', name)


@register.simple_tag
def part(template_name: str, **values: Hashable) -> SafeString:
    """A part of the frame that depends on `values` and the language alone; it knows neither the request nor the user.

    Drawn once for each of them and kept: every page has it.
    """
    if settings.DEBUG:  # templates change while one looks
        return render_to_string(template_name, values)
    return _part(template_name, get_language(), **values)


@lru_cache(maxsize=500)
def _part(template_name: str, _language: str, **values: Hashable) -> SafeString:
    return render_to_string(template_name, values)


@register.simple_tag
def verdict_badge(verdict: str, reason: str = "") -> SafeString:
    words, symbol, colour = VERDICTS.get(verdict, (verdict, "point", "secondary"))
    return format_html(
        '<span class="badge bg-{}-lt verdict" data-verdict="{}" title="{}">{} {}</span>',
        colour, verdict, reason, icon(symbol), words,
    )  # fmt: skip


@register.simple_tag
def tier_badge(tier: Any) -> SafeString:
    """A tier with its name and a dot in its colour, one of Tabler's; None says that there is no tier."""
    if not tier:
        return format_html('<span class="text-secondary text-nowrap">{}</span>', gettext("No tier"))
    return _tier(str(tier), tier.colour)


@lru_cache(maxsize=1_000)
def _tier(words: str, colour: str) -> SafeString:
    return format_html(
        '<span class="badge bg-{}-lt tier"><span class="tier-dot bg-{}" aria-hidden="true"></span> {}</span>',
        colour, colour, words,
    )  # fmt: skip


@register.simple_tag
def status_badge(words: str, colour: str = "secondary", symbol: str = "point-filled") -> SafeString:
    """Any other state: words first, `colour` one of Tabler's."""
    return _coloured("", str(words), colour, symbol)


@lru_cache(maxsize=1_000)
def _coloured(kind: str, words: str, colour: str, symbol: str) -> SafeString:
    classes = f"badge bg-{colour}-lt {kind}".strip()
    return format_html('<span class="{}">{} {}</span>', classes, icon(symbol), words)


@register.inclusion_tag("components/breadcrumbs.html")
def breadcrumbs(*pairs: str) -> dict[str, object]:
    """`{% breadcrumbs label url label url … %}`; the page itself is the heading and is not repeated."""
    return {"crumbs": list(zip(pairs[::2], pairs[1::2], strict=True))}


@register.inclusion_tag("components/empty_state.html")
def empty_state(
    title: str, text: str = "", action_url: str = "", action_label: str = "", symbol: str = "mood-empty"
) -> dict[str, object]:
    """Says what is missing and what to do next; leave the action out for those who may not take it."""
    return {"title": title, "text": text, "action_url": action_url, "action_label": action_label, "symbol": symbol}


@register.inclusion_tag("components/stat_tile.html")
def stat_tile(label: str, value: object, unit: str = "", n: int | None = None, note: str = "") -> dict[str, object]:
    """`value` is a figure (written by `measure` with its unit) or ready text; `n` the number of things counted."""
    shown = value if isinstance(value, str) else measure(value, unit)
    return {"label": label, "value": shown, "n": n, "note": note}


@register.simple_tag(takes_context=True)
def table(context: template.Context, filled: Filled[Any]) -> SafeString:
    """`{% table orders %}`: a list that the view gave rows with `ORDERS.of(…)`."""
    return as_html(filled, context["request"])


@register.inclusion_tag("components/filter_bar.html", takes_context=True)
def filter_bar(context: template.Context, form: Any) -> dict[str, object]:
    """A GET form in one row; `form` is a plain form or a filter's `.form`; keeps the sort order."""
    request: HttpRequest = context["request"]
    return {"form": form, "sort": request.GET.get("sort", ""), "is_filtered": _is_filtered(request, form)}


def _is_filtered(request: HttpRequest, form: Any) -> bool:
    return any(request.GET.get(form.add_prefix(name)) for name in form.fields)


@register.inclusion_tag("components/progress.html")
def progress(
    url: str, done: int, total: int, label: str = "", *, running: bool = True, every_s: int = 1
) -> dict[str, object]:
    """A bar that asks `url` for its own next state every `every_s` seconds while `running` (htmx, outerHTML)."""
    share = min(100, round(100 * done / total)) if total else 0
    return {"url": url, "done": done, "total": total, "label": label, "share": share, "running": running,
            "every_s": every_s}  # fmt: skip


@register.inclusion_tag("components/chart.html", takes_context=True)
def chart(context: template.Context, chart: Chart, table: bool = True) -> dict[str, object]:
    """A figure: title, drawing, and the same numbers as a table; without it where the page has a fuller one."""
    figures = CHART.of(chart.rows(), about=chart, caption=chart.title)
    return {
        "chart": chart,
        "figures": as_html(figures, context.get("request")) if table else "",
        "data_id": f"chart-data-{chart.key}",
        "unit": unit_of(chart),
    }


@register.simple_tag
def sparkline(
    values: Sequence[Figure | None], label: str, go_live: int | None = None, baseline: Figure | None = None
) -> SafeString:
    """A small line without JavaScript. `go_live` is the index in `values` of the first point after it."""
    return _sparkline(tuple(values), label, go_live, baseline, get_language())


@lru_cache(maxsize=500)
def _sparkline(
    values: tuple[Figure | None, ...], label: str, go_live: int | None, baseline: Figure | None, _language: str | None
) -> SafeString:
    return drawn(layout(values, go_live=go_live, baseline=baseline), label)


@register.filter
def as_control(field: BoundField) -> SafeString:
    """The field's widget, small, in the look of a filter bar."""
    kind = (
        "form-select form-select-sm" if isinstance(field.field.widget, forms.Select) else "form-control form-control-sm"
    )
    return field.as_widget(attrs={"class": f"{field.field.widget.attrs.get('class', '')} {kind}".strip()})


@register.simple_tag
def options(groups: Groups) -> SafeString:
    return mark_safe(options_html(groups))  # noqa: S308 - each piece is escaped
