"""`retier [--as-of DATE]`: give every customer the tier the published policy earns them."""

from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandParser

from crm.common.commands import DONE, JsonCommand, day
from customers.tiers import tiering


class Command(JsonCommand):
    help = "Give every customer the tier the published policy earns them."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--as-of", type=day, metavar="DATE", help="decide for this day (today)")

    def run(self, **options: Any) -> tuple[int, dict[str, Any]]:
        return DONE, asdict(tiering.retier(as_of=options["as_of"]))
