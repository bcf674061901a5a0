"""The verdict: figures in, judgement out. No clock, no database."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from crm.common.days import month_start
from metrics.statistics.clustering import Inflation
from metrics.statistics.durations import MIN_DAYS as MIN_ACTIVE_DAYS
from metrics.statistics.durations import duration_inflation, ratio_of_means
from metrics.statistics.estimates import Estimate
from metrics.statistics.multiplicity import FALSE_DISCOVERY_RATE, adjusted_p_values
from metrics.statistics.proportions import difference, share_inflation
from metrics.statistics.scores import Answers, score_difference, score_inflation
from metrics.statistics.trend import MIN_POINTS, Point, Trend, explains, fit_trend
from metrics.verdicts import reasons
from metrics.verdicts.figures import Figures, Frozen, Judgement, Reason, Sample, Shape
from metrics.verdicts.windows import MIN_DAYS, YEAR_DAYS, month_number, same_season

MIN_N = 30
MIN_COVERED_DAYS = 15
IMPROVED, WORSE, NO_EVIDENCE = "improved", "worse", "no_evidence"
TESTED_SHAPES = frozenset({Shape.PROPORTION, Shape.MEAN, Shape.SCORE})
RATIO_SHAPES = frozenset({Shape.MEAN, Shape.SUM})


def judge(figures: Figures) -> Judgement:
    """The verdict on one KPI and scope by itself; `correct_for_many` then looks at the scorecard as a whole."""
    frozen, current = figures.frozen, figures.current
    if frozen is None:
        return _no_baseline(figures)
    if current is None or _days_live(frozen, current) < MIN_DAYS:
        return _too_early(figures, frozen)
    before, season = _comparable(figures.shape, frozen, current)
    judgement = replace(_described(figures, before, current), season=season)
    return _with_notes(figures, frozen, current, _decided(figures, frozen, before, current, judgement))


def correct_for_many(judgements: Sequence[Judgement]) -> list[Judgement]:
    """Benjamini–Hochberg over all tested figures of a scorecard, at 5 %: what does not pass is no evidence."""
    tested = [index for index, each in enumerate(judgements) if each.p is not None]
    adjusted = adjusted_p_values([judgements[index].p or 0.0 for index in tested])
    corrected = list(judgements)
    for index, p in zip(tested, adjusted, strict=True):
        corrected[index] = _corrected(judgements[index], p, looks=len(tested))
    return corrected


def _corrected(judgement: Judgement, p_adjusted: float, *, looks: int) -> Judgement:
    if judgement.verdict not in (IMPROVED, WORSE) or p_adjusted <= FALSE_DISCOVERY_RATE:
        return replace(judgement, p_adjusted=p_adjusted)
    first, *notes = judgement.reasons
    more = {"looks": str(looks), "p": reasons.p_text(p_adjusted)}
    said = (Reason("many_looks", {**first.figures, **more}), *notes)
    return replace(judgement, verdict=NO_EVIDENCE, reasons=said, p_adjusted=p_adjusted)


def _no_baseline(figures: Figures) -> Judgement:
    reason = Reason("no_baseline")
    if figures.outdated_version is not None:
        reason = Reason("old_definition", {"version": str(figures.outdated_version)})
    now, n_now = (figures.current.value(figures.shape), figures.current.n) if figures.current else (None, None)
    return Judgement("no_baseline", (reason,), now=now, n_now=n_now)


def _days_live(frozen: Frozen, current: Sample) -> int:
    return (current.span.last - frozen.go_live).days + 1


def _too_early(figures: Figures, frozen: Frozen) -> Judgement:
    described = _described(figures, frozen.sample, figures.current)
    described = replace(described, verdict="too_early", change=None)
    if figures.current is None and figures.as_of < frozen.go_live:
        return replace(described, reasons=(Reason("before_go_live", {"go_live": frozen.go_live.isoformat()}),))
    days = _days_live(frozen, figures.current) if figures.current else 0
    said = {"days": str(days), "go_live": frozen.go_live.isoformat(), "needed": str(MIN_DAYS)}
    reason = Reason("too_few_days", {**said, "n_now": reasons.count_text(described.n_now)})
    return replace(described, reasons=(reason, *_settling(figures)))


def _comparable(shape: Shape, frozen: Frozen, current: Sample) -> tuple[Sample, bool]:
    """The baseline's days to compare with, and whether they are those of the same season."""
    whole = frozen.sample
    kept = same_season(baseline=whole.span, current=current.span)
    if kept is None:
        return whole, False
    same = whole.only(kept)
    enough = MIN_N if shape in TESTED_SHAPES else 1
    return (same, True) if same.n >= enough else (whole, False)


def _described(figures: Figures, before: Sample, current: Sample | None) -> Judgement:
    """The figures without a judgement."""
    was = before.value(figures.shape)
    now = current.value(figures.shape) if current else None
    return Judgement(
        verdict=NO_EVIDENCE,
        reasons=(),
        before=was,
        now=now,
        n_before=before.n,
        n_now=current.n if current else 0,
        change=_plain_change(was, now, ratio=figures.shape in RATIO_SHAPES),
        is_ratio=figures.shape in RATIO_SHAPES,
    )


def _plain_change(was: float | None, now: float | None, *, ratio: bool) -> float | None:
    if was is None or now is None:
        return None
    if not ratio:
        return now - was
    return now / was if was > 0 else None


def _decided(figures: Figures, frozen: Frozen, before: Sample, current: Sample, plain: Judgement) -> Judgement:
    refusal = _refused(figures, frozen, before, current, plain)
    if refusal is not None:
        return refusal
    estimate, spread = _compare(figures.shape, frozen, before, current)
    tested = replace(
        plain, change=estimate.value, low=estimate.low, high=estimate.high, p=estimate.p_value, inflation=spread.factor
    )
    return _unless_explained(figures, frozen, before, current, _tested(figures, tested))


def _tested(figures: Figures, judgement: Judgement) -> Judgement:
    """Worse or improved where both the interval and the p say so."""
    low, high, p, change = judgement.low, judgement.high, judgement.p, judgement.change
    assert low is not None
    assert high is not None
    assert p is not None
    assert change is not None
    neutral = 1.0 if judgement.is_ratio else 0.0
    if p >= FALSE_DISCOVERY_RATE or low <= neutral <= high:
        return _said(figures, judgement, NO_EVIDENCE, "within_chance")
    verdict = IMPROVED if (change > neutral) == figures.higher_is_better else WORSE
    return _said(figures, judgement, verdict, verdict)


def _said(figures: Figures, judgement: Judgement, verdict: str, key: str, **more: str) -> Judgement:
    reason = reasons.result(key, judgement, shape=figures.shape, unit=figures.unit, **more)
    return replace(judgement, verdict=verdict, reasons=(reason,))


def _refused(figures: Figures, frozen: Frozen, before: Sample, current: Sample, plain: Judgement) -> Judgement | None:
    """Why these figures are not to be compared, where they are not; the first reason counts."""
    checks: tuple[Callable[[], Judgement | None], ...] = (
        lambda: _without_data(figures, frozen, current, plain),
        lambda: _not_attributable(figures, plain),
        lambda: _needs_series(figures, plain),
        lambda: _too_few(figures, before, current, plain),
        lambda: _few_months(figures, frozen, plain),
        lambda: _moving_baseline(figures, frozen, before, current, plain),
    )
    return next((found for check in checks if (found := check()) is not None), None)


def _without_data(figures: Figures, frozen: Frozen, current: Sample, plain: Judgement) -> Judgement | None:
    for key, sample, value in (
        ("no_baseline_data", frozen.sample, plain.before),
        ("no_current_data", current, plain.now),
    ):
        if value is None:
            span = {"first": sample.span.first.isoformat(), "last": sample.span.last.isoformat()}
            return _said(figures, plain, "no_data", key, **span)
    return None


def _not_attributable(figures: Figures, plain: Judgement) -> Judgement | None:
    if not figures.other_changes:
        return None
    return _said(figures, plain, "not_attributable", "other_change", what="; ".join(figures.other_changes))


def _needs_series(figures: Figures, plain: Judgement) -> Judgement | None:
    if figures.shape in TESTED_SHAPES:
        return None
    key = "needs_series_sum" if figures.shape is Shape.SUM else "needs_series"
    return _said(figures, plain, NO_EVIDENCE, key)


def _too_few(figures: Figures, before: Sample, current: Sample, plain: Judgement) -> Judgement | None:
    if current.n < MIN_N:
        return _said(figures, plain, "too_early", "too_few", needed=str(MIN_N))
    if before.n < MIN_N:
        return _said(figures, plain, NO_EVIDENCE, "too_few_before", needed=str(MIN_N))
    if figures.shape is not Shape.MEAN:
        return None
    if len(current.days) < MIN_ACTIVE_DAYS:
        more = {"days": str(len(current.days)), "needed": str(MIN_ACTIVE_DAYS)}
        return _said(figures, plain, "too_early", "too_few_active_days", **more)
    if len(before.days) < MIN_ACTIVE_DAYS or not (plain.before and plain.now):
        return _said(figures, plain, NO_EVIDENCE, "too_few_before", needed=str(MIN_N))
    return None


def _points(frozen: Frozen) -> list[Point]:
    """The months of which the baseline holds at least half."""
    return [
        Point(month=month_number(month_start(each.month)) + 0.5, value=each.value, weight=float(each.n))
        for each in frozen.months
        if each.value is not None and each.n > 0 and each.covered >= MIN_COVERED_DAYS
    ]


def _few_months(figures: Figures, frozen: Frozen, plain: Judgement) -> Judgement | None:
    months = len(_points(frozen))
    if months >= MIN_POINTS:
        return None
    return _said(figures, plain, NO_EVIDENCE, "few_months", months=str(months), needed=str(MIN_POINTS))


def _moving_baseline(
    figures: Figures, frozen: Frozen, before: Sample, current: Sample, plain: Judgement
) -> Judgement | None:
    trend = fit_trend(_points(frozen))
    if not trend.is_moving:
        return None
    more = _trend_figures(figures, trend, before, current)
    return _said(figures, plain, NO_EVIDENCE, "moving_baseline", p=reasons.p_text(trend.p_value), **more)


def _unless_explained(
    figures: Figures, frozen: Frozen, before: Sample, current: Sample, judgement: Judgement
) -> Judgement:
    """A change that the baseline's own slope, however uncertain, brings half of is no evidence."""
    if judgement.verdict == NO_EVIDENCE:
        return judgement
    assert judgement.before is not None
    assert judgement.now is not None
    trend = fit_trend(_points(frozen))
    change = judgement.now - judgement.before
    if not explains(trend, start=_centre(before), end=_centre(current), change=change):
        return judgement
    more = _trend_figures(figures, trend, before, current)
    return _said(figures, judgement, NO_EVIDENCE, "explained_by_trend", **more)


def _trend_figures(figures: Figures, trend: Trend, before: Sample, current: Sample) -> dict[str, str]:
    drift = trend.drift(start=_centre(before), end=_centre(current))
    return {
        "slope": reasons.change_text(trend.slope, unit=figures.unit, ratio=False),
        "drift": reasons.change_text(drift, unit=figures.unit, ratio=False),
        "months": str(trend.points),
    }


def _centre(sample: Sample) -> float:
    """Where the sample stands in time, on the running scale of months: the mean of its days by n."""
    return sum(month_number(each.day) * each.n for each in sample.days) / sample.n


def _compare(shape: Shape, frozen: Frozen, before: Sample, current: Sample) -> tuple[Estimate, Inflation]:
    """The test that fits the shape. How much days and months spread is learned from the whole baseline."""
    whole = frozen.sample
    if shape is Shape.MEAN:
        spread = duration_inflation(whole.series, current.series)
        return ratio_of_means(current.series, before.series, spread=spread), spread
    if shape is Shape.SCORE:
        spread = score_inflation(*((each.series, _answers(each)) for each in (whole, current)))
        return score_difference(_answers(current), _answers(before), spread=spread), spread
    spread = share_inflation(*((each.series, _counted(each)) for each in (whole, current)))
    return difference(*_successes(current), *_successes(before), spread=spread), spread


def _counted(sample: Sample) -> float:
    """The n of a share: never more than the things counted, though its denominator may be money."""
    return min(float(sample.n), sample.denominator)


def _successes(sample: Sample) -> tuple[float, float]:
    return sample.numerator / sample.denominator * _counted(sample), _counted(sample)


def _answers(sample: Sample) -> Answers:
    """`ends` is known of the whole baseline; a season's part of it has at least as many as its own net tells."""
    net, total = sample.numerator, sample.denominator
    ends = max(sample.ends * total, abs(net))
    return Answers(promoters=(ends + net) / 2, detractors=(ends - net) / 2, total=total)


def _with_notes(figures: Figures, frozen: Frozen, current: Sample, judgement: Judgement) -> Judgement:
    """What a reader must know beside the verdict."""
    notes = list(judgement.reasons)
    if judgement.season:
        notes.append(Reason("season"))
    elif current.span.length < YEAR_DAYS:
        notes.append(Reason("other_season"))
    if frozen.chosen_after_go_live:
        notes.append(Reason("chosen_late"))
    if frozen.source_changed:
        notes.append(Reason("source_changed"))
    return replace(judgement, reasons=(*notes, *_settling(figures)))


def _settling(figures: Figures) -> tuple[Reason, ...]:
    if not figures.settled_days:
        return ()
    return (Reason("settling", {"days": str(figures.settled_days)}),)
