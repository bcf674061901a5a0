"""Print a KPI's figures by day, week, month or in total."""

from typing import Any

from django.core.management.base import CommandParser

from crm.common.commands import DONE, JsonCommand
from metrics.engine import figures, known, shown
from metrics.engine.clock import judged_on
from metrics.engine.reading_sql import PERIODS
from metrics.engine.scope import get_scope
from metrics.engine.series import points
from metrics.kpis import get_kpi
from metrics.management.arguments import add_scope, add_window, check_window


class Command(JsonCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("key", metavar="KEY")
        add_window(parser)
        parser.add_argument("--by", choices=list(PERIODS), default="total")
        add_scope(parser)

    @known.pinned()
    def run(self, **options: Any) -> tuple[int, dict[str, Any]]:
        kpi = get_kpi(options["key"])
        check_window(options["first"], options["last"])
        scope = get_scope(team=options["team"], tier=options["tier"], channel=options["channel"])
        found = points(kpi=kpi, first=options["first"], last=options["last"], by=options["by"], scope=scope)
        rows = [figures.row(kpi, point) for point in found]
        day = judged_on(kpi.sources)
        said: dict[str, Any] = {"judged_on": day} if day else {}  # of those figures that time alone changes
        if notes := shown.notes([kpi]):
            said["being_recomputed"] = notes[0]
        return DONE, {"kpi": kpi.key, "unit": kpi.unit, "version": kpi.version, **said, "rows": rows}

    def show(self, result: dict[str, Any]) -> None:
        judged = f", judged as of {result['judged_on']}" if "judged_on" in result else ""
        self.stdout.write(f"{result['kpi']} ({result['unit']}, version {result['version']}{judged})")
        if "being_recomputed" in result:
            self.stdout.write(result["being_recomputed"])
        for row in result["rows"]:
            value = "–" if row["value"] is None else row["value"]
            self.stdout.write(f"{row['period']:<12}{value:>24}  n = {row['n']}")
