"""`scorecard`: every KPI and scope against its baseline and target, with verdict and reason."""

from dataclasses import asdict
from decimal import Decimal
from typing import Any

from django.core.management.base import CommandParser

from crm.common.commands import DONE, JsonCommand, day
from crm.common.csv_files import csv_lines
from crm.common.days import today
from metrics.verdicts.evaluating import evaluate
from metrics.verdicts.lines import VerdictRow, verdict_rows

LEFT_OUT = ("kpi", "evaluation_id")
COLUMNS = ("kpi", "team", "baseline", "current", "target", "change", "interval", "n", "p_adjusted", "verdict", "reason")


class Command(JsonCommand):
    help = "Judge every KPI and scope against its frozen baseline, and print the scorecard."
    format = "md"

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--as-of", type=day, help="the day to judge at (default: today)")
        parser.add_argument("--format", choices=("json", "csv", "md"), default="md")

    def handle(self, *args: str, **options: Any) -> None:
        self.format = options["format"]
        options["json"] = options["json"] or self.format == "json"
        super().handle(*args, **options)

    def run(self, **options: Any) -> tuple[int, dict[str, Any]]:
        as_of = options["as_of"] or today()
        evaluate(as_of=as_of)
        return DONE, {"as_of": as_of, "rows": [as_json(row) for row in verdict_rows(as_of=as_of)]}

    def show(self, result: dict[str, Any]) -> None:
        if self.format == "csv":
            self._show_csv(result["rows"])
        else:
            self._show_table(result["rows"])

    def _show_csv(self, rows: list[dict[str, Any]]) -> None:
        columns = list(rows[0]) if rows else COLUMNS
        for line in csv_lines([columns, *([row[name] for name in columns] for row in rows)], end=""):
            self.stdout.write(line)

    def _show_table(self, rows: list[dict[str, Any]]) -> None:
        self.stdout.write(f"| {' | '.join(COLUMNS)} |")
        self.stdout.write(f"|{'---|' * len(COLUMNS)}")
        for row in rows:
            self.stdout.write(f"| {' | '.join(_cells(row))} |")


def as_json(row: VerdictRow) -> dict[str, Any]:
    """Money as decimal strings, every other figure as a number; null where there is none."""
    kpi = row.kpi
    plain = {key: value for key, value in asdict(row).items() if key not in LEFT_OUT}
    figures = {key: _figure(plain[key], kpi.unit) for key in ("baseline", "frozen", "current", "target")}
    interval = None if row.low is None else [row.low, row.high]
    return {
        "kpi": kpi.key,
        "name": str(kpi.name),
        "unit": kpi.unit,
        "version": kpi.version,
        "higher_is_better": kpi.higher_is_better,
        **plain,
        **figures,
        "interval": interval,
        "n": row.n_current,
    }


def _figure(value: Decimal | None, unit: str) -> Decimal | float | None:
    return value if value is None or unit == "money" else float(value)


def _cells(row: dict[str, Any]) -> list[str]:
    counts = f"{_text(row['n_baseline'])} / {_text(row['n_current'])}"
    interval = "–" if row["interval"] is None else " to ".join(_text(end) for end in row["interval"])
    shown = {**row, "n": counts, "interval": interval, "team": row["team"] or "–"}
    return [_text(shown[column]).replace("|", "\\|") for column in COLUMNS]


def _text(value: object) -> str:
    if value is None:
        return "–"
    return f"{value:,.4g}" if isinstance(value, float) else str(value)
