"""`export_file KIND PATH [--as-of D] [--source NAME]`: writes a kind's rows in the form its import reads."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from crm.common.commands import DONE, JsonCommand, day
from crm.common.days import today
from customers.importing.exporting import export_file


class Command(JsonCommand):
    help = "Write a kind's rows to a CSV or XLSX file, in the form `import_file` reads."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("kind", metavar="KIND", help="customers, contacts, products, orders, invoices, …")
        parser.add_argument("path", metavar="PATH", type=Path, help="its end says how: .csv or .xlsx")
        parser.add_argument("--as-of", type=day, metavar="D", help="the day whose tier and figures customers get")
        parser.add_argument("--source", default="", metavar="NAME", help="only what came from this source system")

    def run(self, **options: Any) -> tuple[int, dict[str, Any]]:
        rows = export_file(
            kind=options["kind"],
            path=options["path"],
            as_of=options["as_of"] or today(),
            source=options["source"],
        )
        return DONE, {"rows": rows}
