"""`merge SURVIVOR ABSORBED`: two customers are one; the second's number and external ids lead to the first."""

from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from crm.common.commands import DONE, JsonCommand
from customers.identity.merging.absorbing import merge_customers
from customers.identity.merging.naming import get_named


class Command(JsonCommand):
    help = "Merge two customers: all that is the second's becomes the first's, until `unmerge` gives it back."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("survivor", metavar="SURVIVOR", help="a customer's number, or source/external_id")
        parser.add_argument("absorbed", metavar="ABSORBED", help="likewise; of this one the number leads to the first")

    def run(self, **options: Any) -> tuple[int, dict[str, Any]]:
        survivor, absorbed = get_named(options["survivor"]), get_named(options["absorbed"])
        merge = merge_customers(survivor=survivor, absorbed=absorbed, by=None, now=timezone.now())
        return DONE, {"merge": merge.pk, "moved": merge.moved}
