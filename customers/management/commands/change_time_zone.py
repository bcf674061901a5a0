from typing import Any

from django.conf import settings

from crm.common.commands import DONE, JsonCommand
from customers.time_zone import change_time_zone


class Command(JsonCommand):
    help = "Cut every stored day anew in the zone of CRM_TIME_ZONE, after that setting changed."
    requires_system_checks = ()

    def run(self, **_options: Any) -> tuple[int, dict[str, Any]]:
        return DONE, {"time_zone": settings.TIME_ZONE, "rows_moved": change_time_zone()}
