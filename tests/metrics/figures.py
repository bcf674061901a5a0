"""Rollups, baselines and verdicts for the tests of pages: as the engine stores them."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from accounts.models import Team
from metrics.engine.definitions import Definition
from metrics.engine.rules import USUAL
from metrics.engine.sources import FactSource
from metrics.kpis import get_kpi
from metrics.models import Baseline, Evaluation, RecomputeRun, Rollup
from tests.conftest import NOON

GO_LIVE = date(2026, 7, 1)


def rollup(source: FactSource, day: date, *, team: Team | None = None, channel: str = "", **sums: int) -> Rollup:
    """One cell; components not named are 0."""
    return Rollup.objects.create(
        source=source.number,
        version=Definition(source, USUAL).version,
        day=day,
        team_id=team.pk if team else 0,
        channel=channel,
        sums=[sums.get(name, 0) for name in source.positions],
    )


def finished_run(at: datetime = NOON) -> RecomputeRun:
    return RecomputeRun.objects.create(started_at=at, finished_at=at, days=1, rows=1, seconds=0.1)


def baseline(kpi: str, *, value: str | None = "0.7", n: int = 1000, **fields: Any) -> Baseline:
    """Twelve months before GO_LIVE."""
    months = [
        {"period": f"2025-{month:02d}", "numerator": "70", "denominator": "100", "value": 0.7, "n": 100}
        for month in range(7, 13)
    ]
    months += [
        {"period": f"2026-{month:02d}", "numerator": "70", "denominator": "100", "value": 0.7, "n": 100}
        for month in range(1, 7)
    ]
    defaults: dict[str, Any] = {
        "kpi": kpi,
        "version": fields["version"] if "version" in fields else get_kpi(kpi).version,
        "window_from": date(2025, 7, 1),
        "window_to": date(2026, 6, 30),
        "go_live_on": GO_LIVE,
        "numerator": Decimal(840),
        "denominator": Decimal(1200),
        "value": None if value is None else Decimal(value),
        "n": n,
        "components": {},
        "series": months,
        "days": [],
        "source_hash": "0" * 64,
        "chosen_after_go_live": False,
    }
    return Baseline.objects.create(**{**defaults, **fields})


def evaluation(kpi: str, verdict: str, **fields: Any) -> Evaluation:
    """As of the end of October 2026; a change from 0.7 to 0.8 where nothing else is said."""
    defaults: dict[str, Any] = {
        "kpi": kpi,
        "baseline": Baseline.objects.filter(kpi=kpi, team=fields.get("team")).first(),
        "as_of": date(2026, 10, 31),
        "current_from": GO_LIVE,
        "current_to": date(2026, 10, 31),
        "baseline_value": Decimal("0.7"),
        "current_value": Decimal("0.8"),
        "n_baseline": 1000,
        "n_current": 400,
        "change": 0.1,
        "low": 0.05,
        "high": 0.15,
        "p": 0.001,
        "p_adjusted": 0.004,
        "verdict": verdict,
        "reason": "As measured.",
    }
    return Evaluation.objects.create(**{**defaults, **fields})
