"""Load the demo company through the importers, or bulk data for benchmarks."""

from dataclasses import asdict
from datetime import timedelta
from typing import Any

from django.core.management.base import CommandParser

from crm.common.commands import DONE, IN_PART, JsonCommand, day
from crm.common.days import today
from demo import bulk, seeding
from demo.plan import SEED


class Command(JsonCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--scale", choices=["demo", *bulk.SCALES], default="demo")
        parser.add_argument("--last", type=day, metavar="DAY", help="the last day of the data")
        parser.add_argument("--seed", type=int, default=SEED, help="another company (demo only)")
        parser.add_argument("--force", action="store_true", help="add to customers that are there")

    def run(self, **options: Any) -> tuple[int, dict[str, Any]]:
        last, force = options["last"], options["force"]
        if options["scale"] == "demo":
            loaded = seeding.seed_demo(last=last, today=today(), seed=options["seed"], force=force)
            return (IN_PART if loaded.rejected or loaded.parked else DONE), asdict(loaded)
        customers = bulk.SCALES[options["scale"]]
        return DONE, asdict(bulk.seed_bulk(customers=customers, last=last or today() - timedelta(days=1), force=force))
