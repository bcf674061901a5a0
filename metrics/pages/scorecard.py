"""The lines of a scorecard as files: JSON, CSV, Markdown."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from metrics.kpis.words import kpi_change, kpi_interval, kpi_value, p_value
from metrics.verdicts.lines import Line, figures_judged_on

NAMED_APART = ("kpi", "version", "scope", "team_id", "judged_on")
COLUMNS = (
    "kpi", "name", "scope", "team", "team_name", "channel", "tier", "tier_name", "unit", "version", "higher_is_better",
    "verdict", "verdict_text", "baseline", "frozen", "current", "target", "target_due", "target_met",
    "change", "change_kind", "low", "high", "p", "p_adjusted", "n_baseline", "n_current",
    "baseline_from", "baseline_to", "go_live", "current_from", "current_to",
    "same_season", "chosen_after_go_live", "read_out", "reason",
)  # fmt: skip


def as_json(line: Line) -> dict[str, Any]:
    """Money as decimal strings, every other figure as a number; null where there is none."""
    kpi = line.kpi
    plain = {key: value for key, value in asdict(line).items() if key not in NAMED_APART}
    return {
        "kpi": kpi.key,
        "name": str(kpi.name),
        "unit": kpi.unit,
        "version": line.version,
        "higher_is_better": kpi.higher_is_better,
        **plain,
        **{key: _figure(plain[key], kpi.unit) for key in ("baseline", "frozen", "current", "target")},
        "interval": None if line.low is None else [line.low, line.high],
        "n": line.n_current,
    }


def as_rows(lines: Iterable[Line]) -> Iterator[Sequence[object]]:
    """For a spreadsheet: plain numbers, one row a verdict."""
    yield COLUMNS
    for line in lines:
        cells = {**as_json(line), "scope": line.scope}
        yield [cells[column] for column in COLUMNS]


def as_markdown(lines: Sequence[Line], *, as_of: date) -> str:
    """A table to paste into a report, in the reader's language and units."""
    said = ["# " + _("Scorecard as of %(day)s") % {"day": as_of.isoformat()}]
    if judged := figures_judged_on(lines):
        said.append(_("What changes by time alone is judged as of %(day)s.") % {"day": judged.isoformat()})
    heads = [
        _("KPI"), _("Scope"), _("Baseline"), _("Now"), _("Target"),
        # xgettext:no-python-format
        _("Change (95% interval)"),
        _("Adjusted p"), _("Verdict"), _("Reason"),
    ]  # fmt: skip
    rows = [heads, ["---"] * len(heads), *[_markdown_cells(line) for line in lines]]
    table = "".join("| " + " | ".join(_escaped(cell) for cell in row) + " |\n" for row in rows)
    return "\n\n".join([*said, table])


def _figure(value: Decimal | None, unit: str) -> Decimal | float | None:
    return value if value is None or unit == "money" else float(value)


def _markdown_cells(line: Line) -> list[str]:
    kpi = line.kpi
    interval = "" if line.low is None else f" ({kpi_interval(line.low, line.high, kpi)})"
    return [
        str(kpi.name),
        line.scope,
        f"{kpi_value(line.baseline, kpi)} (n = {line.n_baseline or 0})",
        f"{kpi_value(line.current, kpi)} (n = {line.n_current or 0})",
        kpi_value(line.target, kpi),
        kpi_change(line.change, kpi) + interval,
        p_value(line.p_adjusted),
        line.verdict_text,
        line.reason,
    ]


def _escaped(cell: str) -> str:
    return cell.replace("|", "\\|").replace("\n", " ")
