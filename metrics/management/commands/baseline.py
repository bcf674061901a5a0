"""Show what a baseline of a KPI would be, or freeze it."""

from typing import Any

from django.core.management.base import CommandParser

from crm.common.commands import DONE, JsonCommand, day
from crm.common.days import today
from metrics.engine import figures
from metrics.engine.scope import get_scope
from metrics.goals import baselines
from metrics.kpis import get_kpi
from metrics.management.arguments import add_scope, add_window
from metrics.models import Baseline


class Command(JsonCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("key", metavar="KEY")
        add_window(parser, required=True)
        parser.add_argument("--go-live", required=True, type=day, metavar="DAY")
        add_scope(parser)
        parser.add_argument("--freeze", action="store_true", help="keep it; it can never be changed afterwards")

    def run(self, **options: Any) -> tuple[int, dict[str, Any]]:
        window: dict[str, Any] = {
            "kpi": get_kpi(options["key"]),
            "first": options["first"],
            "last": options["last"],
            "go_live_on": options["go_live"],
            "today": today(),
            "scope": get_scope(team=options["team"], tier=options["tier"], channel=options["channel"]),
        }
        frozen = baselines.freeze(**window, by=None) if options["freeze"] else None
        named = {name: options[name] or None for name in ("team", "tier", "channel")}
        return DONE, described(baselines.preview(**window), frozen) | named


def described(found: baselines.Preview, frozen: Baseline | None) -> dict[str, Any]:
    """The JSON of the command; `series` has the months with data, `descriptive` says that they are few."""
    total = figures.row(found.kpi, found.total)
    return {
        "kpi": found.kpi.key,
        "unit": found.kpi.unit,
        "version": found.kpi.version,
        "from": found.first,
        "to": found.last,
        "go_live": found.go_live_on,
        **{name: total[name] for name in ("numerator", "denominator", "value", "n")},
        "months": len(found.months),
        "descriptive": found.is_descriptive,
        "chosen_after_go_live": found.chosen_after_go_live,
        "source_hash": found.source_hash,
        "frozen": frozen is not None,
        "id": frozen.pk if frozen else None,
        "series": [figures.row(found.kpi, point) for point in found.months],
    }
