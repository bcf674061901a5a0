"""`scorecard`: every KPI and scope against its baseline and target, with verdict and reason."""

from collections.abc import Sequence
from typing import Any

from django.core.management.base import CommandParser

from accounts.access import OPERATOR
from crm.common.commands import DONE, JsonCommand, day
from crm.common.csv_files import csv_lines
from crm.common.days import today
from metrics.engine import known, shown
from metrics.kpis.catalogue import MAIN
from metrics.pages.scorecard import as_json, as_markdown, as_rows
from metrics.verdicts.evaluating import evaluate
from metrics.verdicts.lines import Line, figures_judged_on, scorecard_lines


class Command(JsonCommand):
    help = "Judge every KPI and scope against its frozen baseline, and print the scorecard."
    format = "md"
    lines: Sequence[Line] = ()

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--as-of", type=day, help="the day to judge at (default: today)")
        parser.add_argument("--format", choices=("json", "csv", "md"), default="md")

    def handle(self, *args: str, **options: Any) -> None:
        self.format = options["format"]
        options["json"] = options["json"] or self.format == "json"
        super().handle(*args, **options)

    @known.pinned()
    def run(self, **options: Any) -> tuple[int, dict[str, Any]]:
        as_of = options["as_of"] or today()
        evaluate(as_of=as_of)
        self.lines = scorecard_lines(OPERATOR, as_of=as_of)
        rows = [as_json(line) for line in self.lines]
        said = {"being_recomputed": notes} if (notes := shown.notes(MAIN)) else {}
        return DONE, {"as_of": as_of, "figures_judged_on": figures_judged_on(self.lines), **said, "rows": rows}

    def show(self, result: dict[str, Any]) -> None:
        if self.format == "csv":
            self.stdout.writelines(csv_lines(as_rows(self.lines), end="\n"))
        else:
            self.stdout.writelines(f"{note}\n\n" for note in result.get("being_recomputed", ()))
            self.stdout.write(as_markdown(self.lines, as_of=result["as_of"]), ending="")
