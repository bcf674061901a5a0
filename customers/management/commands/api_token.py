"""`api_token SOURCE`: makes a token for a source system, or puts another in its place."""

from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from crm.common.commands import DONE, JsonCommand
from customers.importing import batches
from customers.importing.api import scopes, tokens


class Command(JsonCommand):
    help = "Make the API token of a source system, or rotate it: one of the same scope ends. It is shown this once."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("source", metavar="SOURCE", help="the source system the token is for")
        parser.add_argument(
            "--scope", default="", metavar="S", help="read, write, read:KIND, write:KIND; several apart by commas"
        )

    def run(self, **options: Any) -> tuple[int, dict[str, Any]]:
        scope = scopes.parse(options["scope"])
        system = batches.find_or_make_system(name=options["source"])
        _token, secret = tokens.make_token(system=system, scope=scope, now=timezone.now())
        return DONE, {"token": secret}
