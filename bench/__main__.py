"""`make bench`: bulk data in its own database, then every benchmark. One JSON object to stdout, progress to stderr.

`ARGS="--scale 1m --only pages --keep"`: another size, some benchmarks only, the data of the last run again.
"""

import argparse
import importlib
import json
import os
import platform
import sys
import time
import traceback
from typing import Any

from django.core.management import call_command
from django.db import connection

from bench import state
from crm.common.days import today

SCALES = {"100k": 100_000, "1m": 1_000_000}
# In this order: imports add to the data, so they come last.
BENCHMARKS = ("recompute", "retier", "pages", "imports", "beside")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--scale", choices=list(SCALES), default="100k")
    parser.add_argument("--only", choices=BENCHMARKS, nargs="+", default=list(BENCHMARKS))
    parser.add_argument("--keep", action="store_true", help="measure on the data of the last run")
    return parser.parse_args()


def main() -> int:
    asked = arguments()
    with state.services():
        result = {"machine": machine(), **data(customers=SCALES[asked.scale], keep=asked.keep)}
        for name in BENCHMARKS:
            if name in asked.only:
                result[name] = measured(name)
    sys.stdout.write(json.dumps(result, ensure_ascii=False, indent=1) + "\n")
    return 1 if any("error" in result.get(name, {}) for name in BENCHMARKS) else 0


def measured(name: str) -> dict[str, Any]:
    began = time.monotonic()
    sys.stderr.write(f"{name} …\n")
    try:
        found: dict[str, Any] = importlib.import_module(f"bench.{name}").measure()
    except Exception as error:  # noqa: BLE001 - the other figures are still worth having; the exit code tells
        traceback.print_exc()
        found = {"error": repr(error)}
    return {**found, "took_s": round(time.monotonic() - began, 1)}


def machine() -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        (version,) = cursor.fetchone()
    load = round(os.getloadavg()[0], 1)
    return {"cpus": os.cpu_count(), "load": load, "python": platform.python_version(), "postgresql": version}


def data(*, customers: int, keep: bool) -> dict[str, Any]:
    """The bulk company; made anew unless that of the last run is asked for and has the size."""
    from customers.models import Customer  # noqa: PLC0415 - Django not ready
    from demo.bulk import seed_bulk  # noqa: PLC0415 - Django not ready

    if not keep:
        state.empty_database()
    call_command("migrate", verbosity=0, interactive=False)
    if keep and Customer.objects.count() >= customers:
        return {"customers": Customer.objects.count()}
    sys.stderr.write(f"seeding {customers:,} customers …\n")
    seeded = seed_bulk(customers=customers, last=today())
    return {
        "customers": customers,
        "interactions": seeded.interactions,
        "orders": seeded.orders,
        "seed_s": seeded.seconds,
    }


if __name__ == "__main__":
    sys.exit(main())
