"""`make bench`: bulk data in its own database, then every benchmark. One JSON object to stdout, progress to stderr.

`ARGS="--scale 1m --only pages --keep"`: another size, some benchmarks only, the data of the last run again.
`ARGS="--compare FILE"`: the result of an earlier run beside this one's, to stderr.
"""

import argparse
import importlib
import json
import os
import platform
import signal
import sys
import time
import traceback
from types import ModuleType
from typing import Any

from django.core.management import call_command
from django.db import connection

from bench import comparing, state
from crm.common.days import today

SCALES = {"demo": 1, "100k": 100_000, "1m": 1_000_000}  # customers; the demo company has as many as it has
# In this order: imports add to the data, so they come last.
BENCHMARKS = (
    "recompute",
    "issues",
    "retier",
    "pages",
    "lists",
    "http",
    "writes",
    "merges",
    "match",
    "imports",
    "api",
    "beside",
)
AS_WRITTEN = argparse.RawDescriptionHelpFormatter


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__, formatter_class=AS_WRITTEN)
    parser.add_argument("--scale", choices=list(SCALES), default="100k")
    parser.add_argument("--only", choices=BENCHMARKS, nargs="+", default=list(BENCHMARKS))
    parser.add_argument("--keep", action="store_true", help="measure on the data of the last run")
    parser.add_argument("--compare", type=comparing.earlier, metavar="FILE", help="the JSON of an earlier run")
    return parser.parse_args()


def main() -> int:
    asked = arguments()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # whoever ends it is told what was measured so far
    with state.services():
        result = {"machine": machine(), "scale": asked.scale, **data(scale=asked.scale, keep=asked.keep)}
        measure([name for name in BENCHMARKS if name in asked.only], into=result)
    if asked.compare:
        sys.stderr.write(comparing.side_by_side(asked.compare, result))
    sys.stdout.write(json.dumps(result, ensure_ascii=False, indent=1) + "\n")
    return 1 if any("error" in result.get(name, {}) for name in BENCHMARKS) else 0


def measure(names: list[str], *, into: dict[str, Any]) -> None:
    """One after the other; interrupted, those that were done stay, and the one that was not is an error."""
    for name in names:
        try:
            into[name] = measured(name)
        except KeyboardInterrupt:
            into[name] = {"error": "interrupted"}
            return


def measured(name: str) -> dict[str, Any]:
    began = time.monotonic()
    sys.stderr.write(f"{name} …\n")
    try:
        found: dict[str, Any] = loaded(name).measure()
    except Exception as error:  # noqa: BLE001 - the other figures are still worth having; the exit code tells
        traceback.print_exc()
        found = {"error": repr(error)}
    return {**found, "took_s": round(time.monotonic() - began, 1)}


def loaded(name: str) -> ModuleType:
    return importlib.import_module(f"bench.{name}")


def machine() -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        (version,) = cursor.fetchone()
    load = round(os.getloadavg()[0], 1)
    return {"cpus": os.cpu_count(), "load": load, "python": platform.python_version(), "postgresql": version}


def data(*, scale: str, keep: bool) -> dict[str, Any]:
    """The company of that size; made anew unless that of the last run is asked for and has the size."""
    from customers.models import Customer  # noqa: PLC0415 - Django not ready

    if not keep:
        state.empty_database()
    call_command("prepare", verbosity=0)
    if not (keep and Customer.objects.count() >= SCALES[scale]):
        sys.stderr.write(f"seeding {scale} …\n")
        return seeded(scale)
    return {"customers": Customer.objects.count()}


def seeded(scale: str) -> dict[str, Any]:
    from customers.models import Customer, Interaction, Order  # noqa: PLC0415 - Django not ready
    from demo import bulk, seeding  # noqa: PLC0415 - Django not ready

    began = time.monotonic()
    if scale == "demo":
        seeding.seed_demo(last=None, today=today())
    else:
        bulk.seed_bulk(customers=SCALES[scale], last=today())
    return {
        "customers": Customer.objects.count(),
        "interactions": Interaction.objects.count(),
        "orders": Order.objects.count(),
        "seed_s": round(time.monotonic() - began, 1),
    }


if __name__ == "__main__":
    sys.exit(main())
