"""Looking for duplicates among as many invented customers as the data have, half people, half organizations."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from customers.models import Customer

GOAL_S, GOAL_MB = 300, 5_000
ROOT = Path(__file__).resolve().parent.parent


def measure() -> dict[str, Any]:
    each = Customer.objects.count() // 2
    found = {kind: measured(kind, each) for kind in ("people", "organizations")}
    seconds = sum(one["seconds"] for one in found.values())
    most = max(one["peak_mb"] for one in found.values())
    return {
        "records": sum(one["records"] for one in found.values()),
        **found,
        "seconds": round(seconds, 1),
        "goal_s": GOAL_S,
        "peak_mb": most,
        "goal_mb": GOAL_MB,
        "within_goal": seconds <= GOAL_S and most <= GOAL_MB,
    }


def measured(kind: str, many: int) -> dict[str, Any]:
    answer = subprocess.run(
        [sys.executable, "-m", "bench.invented", kind, str(many)],
        cwd=ROOT, env=os.environ, stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    found: dict[str, Any] = json.loads(answer.stdout)
    return found
