"""`import_file KIND PATH --source NAME`: loads one file from one source system."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from crm.common.commands import DONE, IN_PART, JsonCommand
from customers.importing import batches, rejects
from customers.importing import mapping as mappings
from customers.models import ImportBatch


class Command(JsonCommand):
    help = "Load one file (CSV, XLSX, or the format of the kind; .gz and .zip opened) from one source system."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("kind", metavar="KIND", help="customers, contacts, products, orders, invoices, …")
        parser.add_argument("path", metavar="PATH", type=Path)
        parser.add_argument("--source", required=True, metavar="NAME", help="the source system the file comes from")
        parser.add_argument("--mapping", type=Path, metavar="M.json", help="which header gives which column")
        parser.add_argument("--dry-run", action="store_true", help="count what would happen, write nothing")

    def run(self, **options: Any) -> tuple[int, dict[str, Any]]:
        mapping = mappings.load(options["mapping"]) if options["mapping"] else {}
        batch = batches.load_file(
            kind=options["kind"],
            path=options["path"],
            source=options["source"],
            mapping=mapping,
            dry_run=options["dry_run"],
        )
        return (IN_PART if batch.rejected else DONE), self._result(batch)

    def _result(self, batch: ImportBatch) -> dict[str, Any]:
        path = rejects.write_rejects(batch=batch)
        return {
            "rows": batch.rows,
            "created": batch.created,
            "updated": batch.updated,
            "unchanged": batch.unchanged,
            "parked": batch.parked,
            "rejected": batch.rejected,
            "rejects_path": str(path) if path else None,
            "batch": batch.pk,
        }
