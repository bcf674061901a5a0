"""Base of the commands scripts rely on: `--json` prints exactly one JSON object to stdout; logs go to stderr.

Exit codes: 0 done, 1 done in part or a negative answer, 2 could not run.
"""

import argparse
import json
import sys
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError
from django.utils.translation import gettext as _

from crm.common.audit.acting import account, acting
from crm.common.errors import DomainError

DONE = 0
IN_PART = 1
COULD_NOT_RUN = 2


def to_json(value: object) -> Any:
    """Times and days in ISO 8601, money and other decimals as strings."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    raise TypeError(f"{type(value).__name__} has no JSON form")


def day(text: str) -> date:
    """For `add_argument(type=…)`: a day as YYYY-MM-DD."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(_("“%(value)s” is no day of the form YYYY-MM-DD") % {"value": text}) from None


class JsonParser(CommandParser):
    """Wrong arguments are told as every other refusal: as JSON to whoever asked for JSON."""

    def error(self, message: str) -> Any:
        if "--json" in sys.argv and self.called_from_command_line:
            sys.stdout.write(json.dumps({"error": message}, ensure_ascii=False) + "\n")
        return super().error(message)


class JsonCommand(BaseCommand):
    """A command whose `run` returns (exit code, result); `show` prints the result for people."""

    def create_parser(self, prog_name: str, subcommand: str, **options: Any) -> CommandParser:
        parser = super().create_parser(prog_name, subcommand, **options)
        parser.__class__ = JsonParser  # Django offers no other way to name the class
        return parser

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object to stdout")

    def run(self, **_options: Any) -> tuple[int, dict[str, Any]]:
        raise AssertionError("each command defines run()")

    def show(self, result: dict[str, Any]) -> None:
        for key, value in result.items():
            self.stdout.write(f"{key}: {value}")

    def handle(self, *_args: str, **options: Any) -> None:
        try:
            with acting(command=self.__module__.rpartition(".")[2], account=account()):
                code, result = self.run(**options)
        except (DomainError, CommandError, DatabaseError) as error:
            code, result = COULD_NOT_RUN, {"error": str(error)}
            self.stderr.write(str(error))
        if options["json"]:
            self.stdout.write(json.dumps(result, default=to_json, ensure_ascii=False))
        elif code != COULD_NOT_RUN:
            self.show(result)
        if code != DONE:
            sys.exit(code)
