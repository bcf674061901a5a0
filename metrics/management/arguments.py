"""Arguments that several commands share."""

from datetime import date

from django.core.management.base import CommandParser

from crm.common.kinds import Channel


def add_scope(parser: CommandParser) -> None:
    parser.add_argument("--team", default="", metavar="KEY")
    parser.add_argument("--tier", default="", metavar="KEY")
    parser.add_argument("--channel", default="", metavar="CHANNEL", help=", ".join(Channel.values))


def add_window(parser: CommandParser, *, required: bool = False) -> None:
    for name, dest in (("--from", "first"), ("--to", "last")):
        parser.add_argument(name, dest=dest, type=date.fromisoformat, metavar="DAY", required=required)
