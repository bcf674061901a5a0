"""Set a KPI's target for the company or a part of it."""

from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.management.base import CommandError, CommandParser

from crm.common.commands import DONE, JsonCommand, day
from metrics.engine.scope import get_scope
from metrics.goals.targets import get_owner, set_target
from metrics.kpis import get_kpi
from metrics.management.arguments import add_scope


class Command(JsonCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("key", metavar="KEY")
        parser.add_argument("--value", required=True, help="in the KPI's unit; shares from 0 to 1")
        parser.add_argument("--due", required=True, type=day, metavar="DAY")
        parser.add_argument("--owner", required=True, metavar="EMAIL")
        add_scope(parser)

    def run(self, **options: Any) -> tuple[int, dict[str, Any]]:
        kpi = get_kpi(options["key"])
        scope = get_scope(team=options["team"], tier=options["tier"], channel=options["channel"])
        made = set_target(
            kpi=kpi,
            value=as_decimal(options["value"]),
            due_on=options["due"],
            owner=get_owner(options["owner"]),
            scope=scope,
        )
        return DONE, {
            "id": made.pk,
            "kpi": kpi.key,
            "unit": kpi.unit,
            "value": made.value,
            "due": made.due_on,
            "owner": made.owner.email,
            "team": options["team"] or None,
            "tier": options["tier"] or None,
            "channel": options["channel"] or None,
        }


def as_decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise CommandError(f"--value {text!r} is not a number") from None
