"""The jobs of all rooms, where the worker looks for them."""

from metrics.engine.tasks import check_rollups, recompute
from metrics.goals.tasks import check_asked_drift, check_drift
from metrics.verdicts.tasks import evaluate

__all__ = ["check_asked_drift", "check_drift", "check_rollups", "evaluate", "recompute"]
