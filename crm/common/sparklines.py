"""A sparkline: its geometry is arithmetic and its drawing SVG, so that the page needs no script for one."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

Figure = float | Decimal
WIDTH = 120.0
HEIGHT = 32.0
PAD = 3.0


@dataclass(frozen=True, kw_only=True)
class Sparkline:
    """Coordinates in a WIDTH × HEIGHT box. `paths` are the runs of known values, as SVG `points`."""

    paths: list[str]
    last: tuple[float, float] | None
    go_live_x: float | None
    baseline_y: float | None
    width: float = WIDTH
    height: float = HEIGHT


def layout(values: Sequence[Figure | None], *, go_live: int | None = None, baseline: Figure | None = None) -> Sparkline:
    """Scale `values` (oldest first, None where there is no data) into the box; `go_live` is an index into them."""
    known = [float(value) for value in values if value is not None]
    scale = [*known, float(baseline)] if baseline is not None else known
    low, high = (min(scale), max(scale)) if scale else (0.0, 0.0)
    points = [
        None if value is None else (_x(at, len(values)), _y(float(value), low, high)) for at, value in enumerate(values)
    ]
    drawn = [point for point in points if point]
    return Sparkline(
        paths=[" ".join(f"{x},{y}" for x, y in run) for run in _runs(points)],
        last=drawn[-1] if drawn else None,
        go_live_x=None if go_live is None or not 0 <= go_live < len(values) else _x(go_live - 0.5, len(values)),
        baseline_y=None if baseline is None else _y(float(baseline), low, high),
    )


def drawn(line: Sparkline, label: str) -> SafeString:
    """As SVG; `label` is what it says to those who cannot see it."""
    return format_html(
        '<svg class="sparkline" role="img" aria-label="{}" width="{}" height="{}" viewBox="0 0 {} {}" '
        'focusable="false">{}{}{}{}</svg>',
        label, line.width, line.height, line.width, line.height,
        _baseline(line), _go_live(line), _course(line), _last(line),
    )  # fmt: skip


def _baseline(line: Sparkline) -> SafeString | str:
    if line.baseline_y is None:
        return ""
    tag = '<line class="sparkline-baseline" x1="0" x2="{}" y1="{}" y2="{}"/>'
    return format_html(tag, line.width, line.baseline_y, line.baseline_y)


def _go_live(line: Sparkline) -> SafeString | str:
    if line.go_live_x is None:
        return ""
    tag = '<line class="sparkline-go-live" x1="{}" x2="{}" y1="0" y2="{}"><title>{}</title></line>'
    return format_html(tag, line.go_live_x, line.go_live_x, line.height, gettext("Go-live"))


def _course(line: Sparkline) -> SafeString:
    return format_html_join("", '<polyline class="sparkline-line" points="{}"/>', ((path,) for path in line.paths))


def _last(line: Sparkline) -> SafeString | str:
    if line.last is None:
        return ""
    return format_html('<circle class="sparkline-last" cx="{}" cy="{}" r="2.5"/>', *line.last)


def _x(at: float, count: int) -> float:
    return round(PAD + (WIDTH - 2 * PAD) * max(at, 0) / max(count - 1, 1), 1)


def _y(value: float, low: float, high: float) -> float:
    share = (value - low) / (high - low) if high > low else 0.5
    return round(HEIGHT - PAD - (HEIGHT - 2 * PAD) * share, 1)


def _runs(points: Sequence[tuple[float, float] | None]) -> list[list[tuple[float, float]]]:
    runs: list[list[tuple[float, float]]] = [[]]
    for point in points:
        if point:
            runs[-1].append(point)
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]
