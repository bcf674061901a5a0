"""`change_time_zone [ZONE]`: make another time zone the company's and cut every stored day anew."""

from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from crm.common.commands import DONE, JsonCommand
from customers.time_zone import change_time_zone


class Command(JsonCommand):
    help = (
        "Make another time zone the company's and cut every stored day anew, while everything runs. "
        "Without ZONE: that of CRM_TIME_ZONE. Interrupted, it is gone on with by itself or by calling it again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("zone", nargs="?", metavar="ZONE", help="such as Europe/Berlin")

    def run(self, **options: Any) -> tuple[int, dict[str, Any]]:
        zone = options["zone"] or settings.CRM_ENVIRONMENT["CRM_TIME_ZONE"]
        if not zone:
            raise CommandError("Which zone? Name it, or set CRM_TIME_ZONE.")
        return DONE, {"rows_moved": change_time_zone(zone=zone), "time_zone": zone}
