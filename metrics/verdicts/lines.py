"""A scorecard: the stored verdicts of one day, line by line. The one read of them, for page, files and command."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from accounts.access import Reader
from metrics.goals.newest import baseline_value
from metrics.kpis import CATALOGUE, Kpi
from metrics.kpis.words import scope_words
from metrics.models import Baseline, Evaluation
from metrics.verdicts.reasons import render_stored
from metrics.verdicts.standing import version_judged

PLACES = Decimal(10) ** -10
READ_OUTS_OFFERED = 24


@dataclass(frozen=True, slots=True)
class Line:
    """One KPI in one scope (keys of team, channel and tier, None for all of them), in the reader's language.

    Shares and ledger ratios are 0 … 1, durations seconds, sums a month's average.

    `baseline` is what the present is compared with: the frozen figure, or its part from the same calendar days
    (`same_season`); `frozen` is the whole frozen figure. `change` is now less baseline, or now / baseline where
    `change_kind` is "ratio"; `low` and `high` are its 95 % interval. None is "no data", never 0.

    `version` is that of the figures that were judged, `judged_on` the day by which their clock had it: what falls
    overdue or matures. None: time alone changes nothing of them.
    """

    kpi: Kpi
    version: int
    scope: str
    team_id: int | None
    team: str | None
    team_name: str
    channel: str | None
    tier: str | None
    tier_name: str
    verdict: str
    verdict_text: str
    reason: str
    baseline: Decimal | None
    frozen: Decimal | None
    current: Decimal | None
    target: Decimal | None
    target_due: date | None
    target_met: bool | None
    change: float | None
    change_kind: str
    low: float | None
    high: float | None
    p: float | None
    p_adjusted: float | None
    n_baseline: int | None
    n_current: int | None
    baseline_from: date | None
    baseline_to: date | None
    go_live: date | None
    current_from: date | None
    current_to: date | None
    same_season: bool
    chosen_after_go_live: bool
    read_out: bool
    judged_on: date | None

    @property
    def is_outdated(self) -> bool:
        """Whether the rules have changed since it was judged."""
        return self.version != self.kpi.version


def read_outs(reader: Reader) -> list[date]:
    """The days that were judged, newest first."""
    days = Evaluation.objects.visible_to(reader).order_by("-as_of").values_list("as_of", flat=True).distinct()
    return list(days[:READ_OUTS_OFFERED])


def scorecard_lines(reader: Reader, *, as_of: date) -> list[Line]:
    """The verdicts stored for that day, KPIs in the catalogue's order, the whole company before its parts."""
    stored = Evaluation.objects.visible_to(reader).filter(as_of=as_of, kpi__in=CATALOGUE)
    stored = stored.select_related("baseline", "target", "team", "tier").defer("baseline__days", "baseline__series")
    places = {key: place for place, key in enumerate(CATALOGUE)}
    return [_line(each) for each in sorted(stored, key=lambda each: (places[each.kpi], *_place(each)))]


def figures_judged_on(lines: Iterable[Line]) -> date | None:
    """As of which day what changes by time alone is judged in them: the earliest."""
    return min((line.judged_on for line in lines if line.judged_on), default=None)


def _place(evaluation: Evaluation) -> tuple[str, str, int]:
    """Of a scope among those of one KPI; what has no team, channel or tier comes first."""
    team, tier = evaluation.team, evaluation.tier
    return team.name if team else "", evaluation.channel, tier.rank if tier else 0


def _line(evaluation: Evaluation) -> Line:
    kpi, baseline, target = CATALOGUE[evaluation.kpi], evaluation.baseline, evaluation.target
    details = evaluation.details
    return Line(
        kpi=kpi,
        version=version_judged(kpi, details),
        scope=scope_words(evaluation),
        team_id=evaluation.team_id,
        team=evaluation.team.key if evaluation.team else None,
        team_name=str(evaluation.team or ""),
        channel=evaluation.channel or None,
        tier=evaluation.tier.key if evaluation.tier else None,
        tier_name=str(evaluation.tier or ""),
        verdict=evaluation.verdict,
        verdict_text=str(evaluation.get_verdict_display()),
        reason=render_stored(details) or evaluation.reason,
        baseline=evaluation.baseline_value,
        frozen=_frozen(kpi, baseline),
        current=evaluation.current_value,
        target=target.value if target else None,
        target_due=target.due_on if target else None,
        target_met=_met(kpi, evaluation.current_value, target.value if target else None),
        change=evaluation.change,
        change_kind="ratio" if details.get("is_ratio") else "difference",
        low=evaluation.low,
        high=evaluation.high,
        p=evaluation.p,
        p_adjusted=evaluation.p_adjusted,
        n_baseline=evaluation.n_baseline,
        n_current=evaluation.n_current,
        baseline_from=baseline.window_from if baseline else None,
        baseline_to=baseline.window_to if baseline else None,
        go_live=baseline.go_live_on if baseline else None,
        current_from=evaluation.current_from,
        current_to=evaluation.current_to,
        same_season=bool(details.get("season")),
        chosen_after_go_live=bool(details.get("chosen_after_go_live")),
        read_out=bool(details.get("read_out")),
        judged_on=date.fromisoformat(details["judged_on"]) if "judged_on" in details else None,
    )


def _frozen(kpi: Kpi, baseline: Baseline | None) -> Decimal | None:
    """The whole frozen figure; for a sum its average month, as everything else of the row."""
    value = baseline_value(kpi, baseline)
    return value.quantize(PLACES) if value is not None else None


def _met(kpi: Kpi, current: Decimal | None, target: Decimal | None) -> bool | None:
    if current is None or target is None:
        return None
    return current >= target if kpi.higher_is_better else current <= target
