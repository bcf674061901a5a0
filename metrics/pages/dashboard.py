"""The dashboard: per KPI now, baseline, target, change and verdict, in a fixed number of queries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.access import Reader
from accounts.models import Team
from crm.common.days import add_months, month_end, month_start
from crm.common.kinds import import_kinds
from metrics.engine import registry
from metrics.engine.base import Kpi
from metrics.engine.scope import Scope
from metrics.engine.sources import FactSource
from metrics.goals.newest import baseline_value, newest_baselines, newest_targets
from metrics.goals.rollouts import first_go_live
from metrics.kpis.catalogue import MAIN
from metrics.kpis.whose_ledger import LeftOut
from metrics.models import Baseline, Evaluation, KpiTarget, RecomputeRun
from metrics.pages.monthly import Month, Standing, find_standing, ledgers_left_out, months_of_all
from metrics.verdicts.reasons import render_stored
from metrics.verdicts.standing import is_outdated, newest_evaluations, to_be_judged_anew

MONTHS_SHOWN = 24
MANY_MARKS = 10_000
Verdict = Evaluation.Verdict

# How the sentence on top counts verdicts: group → verdicts.
GROUPS: Mapping[str, frozenset[str]] = {
    "improved": frozenset({Verdict.IMPROVED}),
    "worse": frozenset({Verdict.WORSE}),
    "not-proven": frozenset({Verdict.NO_EVIDENCE, Verdict.NOT_ATTRIBUTABLE}),
    "too-early": frozenset({Verdict.TOO_EARLY}),
    "no-baseline": frozenset({Verdict.NO_BASELINE}),
    "no-data": frozenset({Verdict.NO_DATA}),
}


@dataclass(frozen=True, kw_only=True)
class Card:
    """One KPI. Sums are an average month. `caution`: why a good verdict is not the whole story.

    `spark`: months oldest first, None without data; `go_live` the index of the first month after go-live.
    """

    kpi: Kpi
    verdict: str
    reason: str
    now: Decimal | None
    n: int | None
    now_from: date | None
    now_to: date | None
    baseline: Decimal | None
    baseline_id: int | None
    n_baseline: int | None
    target: KpiTarget | None
    change: float | None
    low: float | None
    high: float | None
    spark: tuple[Decimal | None, ...]
    go_live: int | None
    caution: str = ""
    missing: tuple[tuple[str, str | Promise], ...] = ()
    company_only: bool = False

    @property
    def group(self) -> str:
        return next(key for key, verdicts in GROUPS.items() if self.verdict in verdicts)

    @property
    def target_reached(self) -> bool | None:
        if self.target is None or self.now is None:
            return None
        return self.now >= self.target.value if self.kpi.higher_is_better else self.now <= self.target.value


@dataclass(frozen=True, kw_only=True)
class Family:
    key: str
    name: str | Promise
    cards: tuple[Card, ...]


@dataclass(frozen=True, kw_only=True)
class Count:
    group: str
    count: int
    words: str


@dataclass(frozen=True, kw_only=True)
class Freshness:
    """`waiting`: marks not yet recomputed, at most 10,001 (`many`)."""

    run: RecomputeRun | None
    waiting: int
    judged_on: date | None

    @property
    def many(self) -> bool:
        return self.waiting > MANY_MARKS


@dataclass(frozen=True, kw_only=True)
class Dashboard:
    families: tuple[Family, ...]
    score: tuple[Count, ...]
    ledgers: tuple[LeftOut, ...]
    freshness: Freshness

    @property
    def is_empty(self) -> bool:
        return all(card.verdict == Verdict.NO_DATA for family in self.families for card in family.cards)


def dashboard(reader: Reader, *, scope: Scope, teams: Sequence[Team], today: date, show: str = "") -> Dashboard:
    """Every KPI of the scope; `teams` as `teams_with_rollout` gives them, needed for the scope of one.

    `show` keeps one group of verdicts (a key of GROUPS), the score still counts all.
    """
    standing = find_standing(at_most=MANY_MARKS + 1)
    evaluations = newest_evaluations(reader, scope)
    drawn = _cards(reader, scope=scope, teams=teams, today=today, standing=standing, evaluations=evaluations)
    cards = _with_cautions(drawn)
    kept = [card for card in cards if not show or card.group == show]
    return Dashboard(
        families=tuple(_families(kept)),
        score=tuple(_score(cards)),
        ledgers=() if scope.team_id else tuple(ledgers_left_out(reader, run=standing.run)),
        freshness=Freshness(
            run=standing.run,
            waiting=standing.waiting,
            judged_on=max((one.as_of for one in evaluations.values()), default=None),
        ),
    )


def _cards(
    reader: Reader,
    *,
    scope: Scope,
    teams: Sequence[Team],
    today: date,
    standing: Standing,
    evaluations: Mapping[str, Evaluation],
) -> list[Card]:
    this_month = month_start(today)
    shown = [add_months(this_month, back - MONTHS_SHOWN) for back in range(MONTHS_SHOWN + 1)]
    months = months_of_all(first=shown[0], last=month_end(today), team_id=scope.team_id, run=standing.run)
    baselines, targets = newest_baselines(reader, scope), newest_targets(reader, scope)
    went_live = first_go_live(teams, team_id=scope.team_id) if scope.team_id else standing.first_go_live_on
    return [
        _card(
            kpi,
            scope=scope,
            shown=shown,
            months={one.month: one for one in months.get(kpi.key, [])},
            evaluation=evaluations.get(kpi.key),
            baseline=baselines.get(kpi.key),
            target=targets.get(kpi.key),
            went_live=went_live,
        )
        for kpi in MAIN
    ]


def _card(
    kpi: Kpi,
    *,
    scope: Scope,
    shown: Sequence[date],
    months: Mapping[date, Month],
    evaluation: Evaluation | None,
    baseline: Baseline | None,
    target: KpiTarget | None,
    went_live: date | None,
) -> Card:
    # The month that is running would show as a fall of every sum.
    drawn = shown[:-1] if kpi.shape == "sum" else shown
    spark = tuple(months[month].value if month in months else None for month in drawn)
    went_live = baseline.go_live_on if baseline else went_live
    has_data = any(value is not None for value in spark)
    card = _judged(kpi, evaluation, baseline, has_data=has_data)
    if card.now is None:
        card = _with_latest_month(card, [months[month] for month in drawn if month in months])
    return replace(
        card,
        target=target,
        spark=spark,
        go_live=_index(drawn, went_live),
        missing=() if has_data else _imports(kpi.source),
        company_only=scope.team_id is not None and not kpi.source.has_teams,
    )


def _imports(source: FactSource) -> tuple[tuple[str, str | Promise], ...]:
    """Kind and name of the files that would bring facts."""
    names = dict(import_kinds())
    return tuple((kind, names[kind]) for kind in source.imports)


def _judged(kpi: Kpi, evaluation: Evaluation | None, baseline: Baseline | None, *, has_data: bool) -> Card:
    verdict, reason = _verdict(kpi, evaluation, baseline, has_data=has_data)
    if evaluation is None or _is_older(evaluation, baseline) or is_outdated(kpi, evaluation.details):
        evaluation = Evaluation()
    value = evaluation.baseline_value
    return Card(
        kpi=kpi,
        verdict=verdict,
        reason=reason,
        now=evaluation.current_value,
        n=evaluation.n_current,
        now_from=evaluation.current_from,
        now_to=evaluation.current_to,
        baseline=baseline_value(kpi, baseline) if value is None else value,
        baseline_id=baseline.pk if baseline else None,
        n_baseline=baseline.n if baseline and evaluation.n_baseline is None else evaluation.n_baseline,
        target=None,
        change=evaluation.change,
        low=evaluation.low,
        high=evaluation.high,
        spark=(),
        go_live=None,
    )


def _verdict(kpi: Kpi, evaluation: Evaluation | None, baseline: Baseline | None, *, has_data: bool) -> tuple[str, str]:
    """The stored verdict, in the reader's language; where there is none yet, what can be said without one."""
    is_judged = evaluation is not None and evaluation.verdict not in (Verdict.NO_BASELINE, Verdict.NO_DATA)
    if baseline is None and not has_data and not is_judged:
        return Verdict.NO_DATA, _("Nothing was imported that this KPI is made of.")
    if evaluation is not None and is_outdated(kpi, evaluation.details):
        if is_judged or baseline is not None:
            return Verdict.TOO_EARLY, to_be_judged_anew()
    elif evaluation is not None and not _is_older(evaluation, baseline):
        return evaluation.verdict, render_stored(evaluation.details) or evaluation.reason
    if baseline is None:
        return Verdict.NO_BASELINE, _("No baseline was frozen before go-live, so there is nothing to judge by.")
    return Verdict.TOO_EARLY, _("The baseline is frozen; the verdict comes with the next evaluation.")


def _is_older(evaluation: Evaluation, baseline: Baseline | None) -> bool:
    """Whether the evaluation was made before the newest baseline was frozen, and so not against it."""
    if baseline is None or evaluation.baseline_id == baseline.pk:
        return False
    return evaluation.evaluated_at <= baseline.frozen_at


def _with_latest_month(card: Card, months: Sequence[Month]) -> Card:
    latest = next((month for month in reversed(months) if month.value is not None), None)
    if latest is None:
        return card
    last = add_months(latest.month, 1)
    return replace(
        card, now=latest.value, n=latest.n, now_from=latest.month, now_to=date.fromordinal(last.toordinal() - 1)
    )


def _index(months: Sequence[date], day: date | None) -> int | None:
    if day is None or not months or day < months[0]:
        return None
    return next((at for at, month in enumerate(months) if month >= month_start(day)), None)


def _with_cautions(cards: Sequence[Card]) -> list[Card]:
    """A KPI that got better, or reached its target, while one it is known to trade against got worse, says so."""
    worse = {card.kpi.key: card for card in cards if card.verdict == Verdict.WORSE}
    return [replace(card, caution=_caution(card, worse)) for card in cards]


def _caution(card: Card, worse: Mapping[str, Card]) -> str:
    partners = [str(worse[key].kpi.name) for key in card.kpi.trade_offs if key in worse]
    if not partners or not (card.verdict == Verdict.IMPROVED or card.target_reached):
        return ""
    return _("At a price: %(partners)s got worse.") % {"partners": ", ".join(partners)}


def _families(cards: Sequence[Card]) -> list[Family]:
    found = []
    for family in registry.families():
        members = tuple(card for card in cards if card.kpi.source.family is family)
        if members:
            found.append(Family(key=family.key, name=family.name, cards=members))
    return found


def _score(cards: Sequence[Card]) -> list[Count]:
    counts = {group: sum(card.group == group for card in cards) for group in GROUPS}
    return [Count(group=group, count=count, words=_words(group, count)) for group, count in counts.items() if count]


def _words(group: str, count: int) -> str:
    words = {
        "improved": ngettext("%(count)d improved", "%(count)d improved", count),
        "worse": ngettext("%(count)d worse", "%(count)d worse", count),
        "not-proven": ngettext("%(count)d not proven", "%(count)d not proven", count),
        "too-early": ngettext("%(count)d too early to say", "%(count)d too early to say", count),
        "no-baseline": ngettext("%(count)d without a baseline", "%(count)d without a baseline", count),
        "no-data": ngettext("%(count)d without data", "%(count)d without data", count),
    }
    return words[group] % {"count": count}
