"""Bring the figures up to the facts, as the background job does."""

from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandParser

from crm.common.commands import DONE, JsonCommand, day
from metrics.engine import months
from metrics.engine.recomputing import recompute


class Command(JsonCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--full", action="store_true", help="rebuild every month, marked or not")
        parser.add_argument(
            "--as-of",
            type=day,
            metavar="DAY",
            help="judge what changes by time alone at the end of this day instead of now",
        )

    def run(self, **options: Any) -> tuple[int, dict[str, Any]]:
        found = recompute(full=options["full"], as_of=options["as_of"])
        months.keep_unless_busy()
        return DONE, asdict(found)
