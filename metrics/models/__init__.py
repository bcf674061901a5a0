"""The KPI engine's tables, goals and verdicts, costs and returns."""

from metrics.models.checks import CheckRun, DriftCheck
from metrics.models.goals import Baseline, Evaluation, KpiTarget, OtherChange, Rollout
from metrics.models.returns import Benefit, CostEntry, LedgerMonth, LedgerShare
from metrics.models.rollups import Clock, Issue, IssueMark, Mark, MonthRollup, RecomputeRun, Rollup, RollupVersion
from metrics.models.rules import KpiRules

__all__ = [
    "Baseline",
    "Benefit",
    "CheckRun",
    "Clock",
    "CostEntry",
    "DriftCheck",
    "Evaluation",
    "Issue",
    "IssueMark",
    "KpiRules",
    "KpiTarget",
    "LedgerMonth",
    "LedgerShare",
    "Mark",
    "MonthRollup",
    "OtherChange",
    "RecomputeRun",
    "Rollout",
    "Rollup",
    "RollupVersion",
]
