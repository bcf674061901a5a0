"""`match [--source NAME …] [--min-score S] [--auto-merge P] [--pairs-out FILE]`: who stands there more than once."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from crm.common.commands import DONE, JsonCommand


class Command(JsonCommand):
    help = "Find customers that stand there more than once. Without --auto-merge nothing is merged."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--source", nargs="+", action="extend", default=[], metavar="NAME", help="pairs with a record of these"
        )
        parser.add_argument("--min-score", type=float, default=0.5, metavar="S", help="least probability (0.5)")
        parser.add_argument(
            "--auto-merge", type=float, metavar="P", help="merge those that are one with this probability"
        )
        parser.add_argument(
            "--changed", action="store_true", help="only what has changed since the last run, where that was kept"
        )
        parser.add_argument("--pairs-out", type=Path, metavar="FILE", help="a CSV file of the pairs")

    def run(self, **options: Any) -> tuple[int, dict[str, Any]]:
        from customers.identity.matching.proposing import match  # noqa: PLC0415 - heavy: splink

        found = match(
            sources=options["source"],
            least=options["min_score"],
            merge_from=options["auto_merge"],
            pairs_out=options["pairs_out"],
            only_changed=options["changed"],
        )
        return DONE, asdict(found)
