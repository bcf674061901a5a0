"""The sentences behind verdicts: kept as keys and figures, written out in the language of whoever reads."""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

from django.utils.translation import gettext, gettext_noop

from crm.common.templatetags.figures import day
from metrics.verdicts.figures import Judgement, Reason, Shape

DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")
SENTENCES: Mapping[str, str] = {
    "improved": gettext_noop(
        "From %(before)s to %(now)s: a change of %(change)s (95%% interval %(low)s to %(high)s; "
        "n %(n_before)s before, %(n_now)s now), and that is better."
    ),
    "worse": gettext_noop(
        "From %(before)s to %(now)s: a change of %(change)s (95%% interval %(low)s to %(high)s; "
        "n %(n_before)s before, %(n_now)s now), and that is worse."
    ),
    "within_chance": gettext_noop(
        "From %(before)s to %(now)s: a change of %(change)s (95%% interval %(low)s to %(high)s; "
        "n %(n_before)s before, %(n_now)s now), which chance alone can bring."
    ),
    "many_looks": gettext_noop(
        "From %(before)s to %(now)s: a change of %(change)s (95%% interval %(low)s to %(high)s; "
        "n %(n_before)s before, %(n_now)s now) would count alone, but among the %(looks)s figures of this scorecard "
        "one like it is expected by chance (adjusted p %(p)s)."
    ),
    "no_baseline": gettext_noop("No baseline was frozen before go-live, so there is nothing to judge by."),
    "old_definition": gettext_noop(
        "The baseline was frozen under version %(version)s of the definition; freeze it again under the present one."
    ),
    "before_go_live": gettext_noop("Go-live is on %(go_live)s."),
    "too_few_days": gettext_noop(
        "%(days)s whole days have passed since go-live on %(go_live)s; %(needed)s are needed (n %(n_now)s so far)."
    ),
    "too_few": gettext_noop("Only %(n_now)s counted since go-live; %(needed)s are needed."),
    "too_few_active_days": gettext_noop(
        "Only %(days)s days with data since go-live (n %(n_now)s); %(needed)s are needed to compare means."
    ),
    "too_few_before": gettext_noop("The baseline counts only %(n_before)s; %(needed)s are needed to compare with."),
    "no_current_data": gettext_noop("Nothing was counted from %(first)s to %(last)s (n %(n_before)s in the baseline)."),
    "no_baseline_data": gettext_noop("Nothing was counted in the baseline window from %(first)s to %(last)s."),
    "other_change": gettext_noop(
        "Something else changed around go-live: %(what)s. A change from %(before)s to %(now)s "
        "(n %(n_before)s before, %(n_now)s now) cannot be told apart from it."
    ),
    "needs_series": gettext_noop(
        "From %(before)s to %(now)s (n %(n_before)s before, %(n_now)s now): figures of the ledger swing with season "
        "and trade; to judge them needs a method for series, not a comparison of two windows."
    ),
    "needs_series_sum": gettext_noop(
        "From %(before)s a month on average to %(now)s (n %(n_before)s before, %(n_now)s now): sums swing with season "
        "and trade; to judge them needs a method for series, not a comparison of two windows."
    ),
    "few_months": gettext_noop(
        "From %(before)s to %(now)s (n %(n_before)s before, %(n_now)s now), but the baseline has only %(months)s "
        "monthly points; under %(needed)s a change cannot be told from the trend it was on."
    ),
    "moving_baseline": gettext_noop(
        "The baseline itself was moving by %(slope)s a month (%(months)s months, p %(p)s), and going on like that "
        "brings %(drift)s of the change from %(before)s to %(now)s (n %(n_before)s before, %(n_now)s now): "
        "a method that respects the trend is needed."
    ),
    "explained_by_trend": gettext_noop(
        "Going on like the baseline already did (%(slope)s a month over %(months)s months) brings %(drift)s of the "
        "change from %(before)s to %(now)s (n %(n_before)s before, %(n_now)s now)."
    ),
    "season": gettext_noop("Compared with the same calendar days of the baseline."),
    "other_season": gettext_noop("The baseline does not cover these months of the year, so a season may play a part."),
    "chosen_late": gettext_noop("The baseline window was chosen after go-live."),
    "source_changed": gettext_noop(
        "The source data of the baseline window were changed after it was frozen; the frozen figures hold here."
    ),
    "settling": gettext_noop("The last %(days)s days are left out: their figures may still change."),
}


def render(reasons: Iterable[Reason]) -> str:
    return " ".join(gettext(SENTENCES[each.key]) % _in_words(each.figures) for each in reasons)


def _in_words(figures: Mapping[str, str]) -> dict[str, str]:
    return {key: text if key == "what" else _with_unit(text) for key, text in figures.items()}


def _with_unit(text: str) -> str:
    """A figure or a day as pages write it; what is kept has one form, that of `value_text`, `change_text` and ISO."""
    number, _, unit = text.partition(" ")
    if unit == "%":
        return f"{number}%"
    if unit == "pp":
        return f"{number} {gettext('pp')}"
    if DAY.fullmatch(text):
        return day(date.fromisoformat(text))
    return gettext("%(seconds)s s") % {"seconds": number} if unit == "s" else text


def render_stored(details: Mapping[str, Any]) -> str:
    """The reason of a stored evaluation (`Evaluation.details`) in the active language."""
    return render(Reason(key, figures) for key, figures in details.get("reasons", []))


def stored(reasons: Iterable[Reason]) -> list[tuple[str, dict[str, str]]]:
    return [(each.key, dict(each.figures)) for each in reasons]


def result(key: str, judgement: Judgement, *, shape: Shape, unit: str, **more: str) -> Reason:
    """A sentence with all figures of the judgement in it."""
    return Reason(key, {**_figures(judgement, shape=shape, unit=unit), **more})


def _figures(judgement: Judgement, *, shape: Shape, unit: str) -> dict[str, str]:
    ratio = judgement.is_ratio
    return {
        "before": value_text(judgement.before, unit=unit, shape=shape),
        "now": value_text(judgement.now, unit=unit, shape=shape),
        "n_before": count_text(judgement.n_before),
        "n_now": count_text(judgement.n_now),
        "change": change_text(judgement.change, unit=unit, ratio=ratio),
        "low": change_text(judgement.low, unit=unit, ratio=ratio),
        "high": change_text(judgement.high, unit=unit, ratio=ratio),
    }


def value_text(value: float | None, *, unit: str, shape: Shape) -> str:
    """A figure with its unit."""
    if value is None:
        return "–"
    if unit == "share" or shape is Shape.RATIO:
        return f"{100 * value:.1f} %".replace("-", "−")
    digits = 2 if unit == "ratio" else 1
    return f"{value:,.{digits}f}{' s' if unit == 'seconds' else ''}".replace("-", "−")


def change_text(change: float | None, *, unit: str, ratio: bool) -> str:
    """A signed change: per cent of the baseline for ratios, percentage points (pp) for shares, else in the unit."""
    if change is None:
        return "–"
    if ratio:
        return _signed(100 * (change - 1), " %")
    if unit == "share":
        return _signed(100 * change, " pp")
    return _signed(change, " s" if unit == "seconds" else "")


def _signed(number: float, unit: str) -> str:
    """One decimal, two below 1 so that a slow trend does not read as none."""
    return f"{number:+,.{1 if abs(number) >= 1 else 2}f}{unit}".replace("-", "−")


def count_text(n: int | None) -> str:
    return "0" if n is None else f"{n:,}"


def p_text(p: float) -> str:
    return "< 0.001" if p < 0.001 else f"{p:.3f}"
