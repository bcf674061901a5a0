"""Arguments that several commands share."""

from datetime import date

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from crm.common.commands import day
from crm.common.errors import DomainError
from crm.common.kinds import Channel


def add_scope(parser: CommandParser) -> None:
    parser.add_argument("--team", default="", metavar="KEY")
    parser.add_argument("--tier", default="", metavar="KEY")
    parser.add_argument("--channel", default="", metavar="CHANNEL", help=", ".join(Channel.values))


class WindowTurnedAround(DomainError):
    """A window's first day comes after its last."""


def check_window(first: date | None, last: date | None) -> None:
    """Raises WindowTurnedAround."""
    if first and last and first > last:
        raise WindowTurnedAround(_("--from %(first)s is after --to %(last)s.") % {"first": first, "last": last})


def add_window(parser: CommandParser, *, required: bool = False) -> None:
    for name, dest in (("--from", "first"), ("--to", "last")):
        parser.add_argument(name, dest=dest, type=day, metavar="DAY", required=required)
