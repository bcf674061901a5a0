"""The verdicts of one read-out: all KPIs and scopes, as a page and as a file."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from metrics.engine.base import Kpi
from metrics.kpis.catalogue import CATALOGUE
from metrics.kpis.words import kpi_change, kpi_interval, kpi_value
from metrics.models import Evaluation
from metrics.verdicts.reasons import render_stored

READ_OUTS_OFFERED = 24


@dataclass(frozen=True, kw_only=True)
class Line:
    """One verdict, its reason in the reader's language."""

    evaluation: Evaluation
    kpi: Kpi
    reason: str

    @property
    def scope(self) -> str:
        one = self.evaluation
        parts = [one.team.name if one.team else _("whole company")]
        parts += [str(one.get_channel_display())] if one.channel else []
        return " · ".join([*parts, *([one.tier.name] if one.tier else [])])


def read_outs() -> list[date]:
    """The days that were judged, newest first."""
    days = Evaluation.objects.order_by("-as_of").values_list("as_of", flat=True).distinct()
    return list(days[:READ_OUTS_OFFERED])


def scorecard_lines(*, as_of: date) -> list[Line]:
    """In the catalogue's order, the company before its teams."""
    order = {key: place for place, key in enumerate(CATALOGUE)}
    rows = Evaluation.objects.filter(as_of=as_of, kpi__in=CATALOGUE).select_related(
        "team", "tier", "target", "target__owner"
    )
    rows = rows.order_by("team__name", "channel", "tier__rank")
    found = sorted(rows, key=lambda row: (order[row.kpi], row.team_id is not None, row.channel, row.tier_id or 0))
    return [
        Line(evaluation=row, kpi=CATALOGUE[row.kpi], reason=render_stored(row.details) or row.reason) for row in found
    ]


COLUMNS = [
    "kpi",
    "scope",
    "baseline",
    "current",
    "target",
    "change",
    "low",
    "high",
    "p",
    "p_adjusted",
    "verdict",
    "n_baseline",
    "n_current",
    "from",
    "to",
    "reason",
]


def as_rows(lines: Iterable[Line]) -> Iterator[Sequence[object]]:
    """For a spreadsheet: plain numbers, one row a verdict."""
    yield COLUMNS
    for line in lines:
        one = line.evaluation
        target = one.target.value if one.target else None
        yield (
            one.kpi, line.scope, one.baseline_value, one.current_value, target, one.change, one.low, one.high,
            one.p, one.p_adjusted, one.verdict, one.n_baseline, one.n_current, one.current_from, one.current_to,
            line.reason,
        )  # fmt: skip


def as_markdown(lines: Sequence[Line], *, as_of: date) -> str:
    """A table to paste into a report, in the reader's language and units."""
    title = _("Scorecard as of %(day)s") % {"day": as_of.isoformat()}
    heads = [
        _("KPI"), _("Scope"), _("Baseline"), _("Now"),
        # xgettext:no-python-format
        _("Change (95 % interval)"),
        _("Verdict"), _("Reason"),
    ]  # fmt: skip
    rows = [heads, ["---"] * len(heads), *[_markdown_cells(line) for line in lines]]
    return f"# {title}\n\n" + "\n".join("| " + " | ".join(_escaped(cell) for cell in row) + " |" for row in rows) + "\n"


def _markdown_cells(line: Line) -> list[str]:
    one, kpi = line.evaluation, line.kpi
    interval = "" if one.low is None else f" ({kpi_interval(one.low, one.high, kpi)})"
    return [
        str(kpi.name),
        line.scope,
        f"{kpi_value(one.baseline_value, kpi)} (n = {one.n_baseline or 0})",
        f"{kpi_value(one.current_value, kpi)} (n = {one.n_current or 0})",
        kpi_change(one.change, kpi) + interval,
        str(one.get_verdict_display()),
        line.reason,
    ]


def _escaped(cell: str) -> str:
    return cell.replace("|", "\\|").replace("\n", " ")
